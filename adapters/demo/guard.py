"""Runs one command and ends it when the starter is gone, so that a crashed session leaves no process behind.

Started as a script by its path, with the standard library alone: it must be small and quick. The starter holds the
other end of its standard input; the kernel closes that however the starter dies.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from types import FrameType


def main(arguments: list[str]) -> int:
    """Run a command in a process group of its own, and end that group with the starter.

    Args:
        arguments: seconds of grace, the name of the signal that asks the command to stop, the command.

    Returns:
        The exit code of the command.
    """
    grace_s, stop_signal = float(arguments[0]), signal.Signals[arguments[1]]
    early: list[int] = []  # told while the command begins: a guard that ended of it now would leave it behind
    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, lambda told, _frame: early.append(told))
    command = subprocess.Popen(arguments[2:], stdin=subprocess.DEVNULL, start_new_session=True)
    ended = os.pidfd_open(command.pid)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGUSR1, lambda _number, _frame: os.killpg(command.pid, signal.SIGKILL))  # a power cut
    if signal.SIGUSR1 in early:
        os.killpg(command.pid, signal.SIGKILL)
    try:
        if signal.SIGTERM not in early:
            select.select([ended, sys.stdin.fileno()], [], [])
    except SystemExit:
        pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _end(command, ended, grace_s, stop_signal)
    return command.wait()


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit


def _end(command: subprocess.Popen[bytes], ended: int, grace_s: float, stop_signal: signal.Signals) -> None:
    """Ask the command itself to stop, and after the grace end whatever is left of its group."""
    if command.poll() is None:
        command.send_signal(stop_signal)
        select.select([ended], [], [], grace_s)
    try:
        os.killpg(command.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
