"""`schuldhub log`: the message log proves itself: heads, proofs, a verifier that asks nobody, and the full audit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import Progress

from hub.cli.app import PROBLEMS
from hub.cli.configuration import ConfigOption, hub_settings, opened_log
from hub.cli.filters import MessageId, OinOption
from hub.cli.output import OutputOption, print_record, say
from hub.cli.refusal import OK, refuse
from hub.clock import clock_of, new_id
from hub.console.trail.store import altered_hours
from hub.errors import Code, HubError, RefusedError
from hub.messagelog.auditing import Trust
from hub.messagelog.auditing.running import run_audit
from hub.messagelog.checkpoints.making import load_floor, make_checkpoints, read_floor, save_floor
from hub.messagelog.checkpoints.store import cosignatures
from hub.messagelog.checkpoints.witnessing import newest_head
from hub.messagelog.proof import entry_of, prove
from hub.messagelog.reading.store import entries_about
from hub.messagelog.restoring import restore as begin_anew
from hub.messagelog.sequencer import sequence
from hub.messagelog.tree.store import trees
from hub.register.file import read_body
from hub.register.governance import read_governance
from hub.register.load import load_register
from hub.register.model import Register
from hub.settings import LOG_FLOOR, HubSettings
from hub.wire.checkpoint import open_checkpoint
from hub.wire.logkey import read_log_key
from hub.wire.note import read_verifier
from hub.wire.tlogproof import LEAF_SUFFIX, MAX_CHARS, SUFFIX, read_proof, verify_proof

app = App(name="log", help="The message log's proof: heads, proofs of messages, the verifier and the full audit.")

Kind = Literal["accepted", "refused", "receipt", "expired", "operator"]
Keys = Annotated[Sequence[str], Parameter(negative="")]
Files = Annotated[Sequence[Path], Parameter(negative="")]
AT_ONCE: Final = 5_000


@app.command
def proof(
    message_id: MessageId,
    /,
    *,
    kind: Kind | None = None,
    oin: OinOption = None,
    to: Path = Path(),
    config: ConfigOption = None,
    output: OutputOption = None,
) -> int:
    """Write the proof of what the log says of a message: a .tlog-proof and the leaf that it proves.

    Args:
        message_id: Its id, a UUID.
        kind: Which entry: that it was accepted (or refused) when not given, or its receipt, or that it expired.
        oin: Who sent what the entry is about, where two used the same id.
        to: The folder to write to.
        config: The hub's settings.
        output: How to print what was written.
    """
    settings = hub_settings(config)
    with opened_log(settings) as database, database.reading() as connection:
        entry = entry_of(entries_about(connection, message_id), kind, oin)
        made, leaf = prove(connection, entry)
    try:
        to.mkdir(parents=True, exist_ok=True)
        written = [to / f"{message_id}{suffix}" for suffix in (SUFFIX, LEAF_SUFFIX)]
        written[0].write_text(str(made), encoding="utf-8")
        written[1].write_bytes(leaf)
    except OSError:
        raise RefusedError(Code.SETTINGS_INVALID, "--to") from None
    shown = {"proof": str(written[0]), "leaf": str(written[1]), "index": entry}
    print_record({**shown, "verifierKey": _register(settings).hub.log_key}, output)
    return OK


@app.command
def verify(
    proof: Annotated[Path, Parameter(name="PROOF")],
    /,
    *,
    leaf: Path,
    key: str,
    witness: Keys = (),
    output: OutputOption = None,
) -> int:
    """Verify a proof without asking anybody: exit 0 when it holds, 6 when it does not.

    Args:
        proof: The .tlog-proof.
        leaf: The leaf that it is to prove, JSON.
        key: The log's verifier key, as the register has it (logKey).
        witness: Verifier key of a witness that must have confirmed the head; may be given more than once.
        output: How to print what is proven.
    """
    by, witnesses = read_verifier(key), [read_verifier(one) for one in witness]
    written, text = _read(leaf), _read(proof)
    try:
        head = verify_proof(read_proof(text.decode("utf-8", "replace")), written, by, witnesses)
    except HubError as error:
        refuse(error)
        return PROBLEMS
    print_record({"holds": True, "origin": str(head.origin), "size": head.size}, output)
    return OK


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_CHARS * 4)
    except OSError:
        raise RefusedError(Code.NOT_FOUND, file.name) from None


@app.command
def checkpoint(*, config: ConfigOption = None) -> int:
    """Print the newest signed head of the log, with the cosignatures that witnesses sent for it.

    Args:
        config: The hub's settings.
    """
    with opened_log(hub_settings(config)) as database, database.reading() as connection:
        found = newest_head(connection, trees(connection))
        if found is None:
            raise RefusedError(Code.NOT_FOUND, "checkpoint")
        tree, kept = found
        lines = [f"{one.line}\n" for one in cosignatures(connection, tree.id, kept.size)]
    print(kept.note + "".join(lines), end="")
    return OK


@app.command
def audit(
    *,
    witnessed: Files = (),
    key: Keys = (),
    config: ConfigOption = None,
    output: OutputOption = None,
) -> int:
    """Recompute everything: every leaf, every head that was signed, every cosignature. Exit 6 when something is wrong.

    Args:
        witnessed: A checkpoint as a partner keeps it, to hold the log against; may be given more than once.
        key: A verifier key that the log had before the present one; may be given more than once.
        config: The hub's settings.
        output: How to print it.
    """
    settings = hub_settings(config)
    register = _register(settings)
    floor = load_floor(settings.state / LOG_FLOOR)
    trust = Trust(
        keys=[read_verifier(text) for text in (register.hub.log_key or "", *key)],
        register=register,
        floor=read_floor(floor) if floor else None,
        witnessed=[_read(file).decode("utf-8", "replace") for file in witnessed],
    )
    with opened_log(settings) as database, _bar() as bar:
        task = bar.add_task("audit", total=None)
        clock = clock_of(settings.clock_file)
        tell = lambda done, of: bar.update(task, completed=done, total=of)  # noqa: E731
        found = run_audit(database, trust, clock, tell, also=(altered_hours,))
    counts = {"leaves": found.leaves, "checkpoints": found.checkpoints, "cosignatures": found.cosignatures}
    problems = [{"problem": one} for one in found.problems]
    print_record({"whole": not problems, **counts, "problems": problems}, output)
    return PROBLEMS if found.problems else OK


@contextmanager
def _bar() -> Iterator[Progress]:
    """A bar for who waits at a terminal."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        yield bar


@app.command
def restore(*, checkpoint: Path | None = None, config: ConfigOption = None, output: OutputOption = None) -> int:
    """Begin the log anew after a back-up of the hub's database was put back; run it before the hub starts again.

    A new tree begins (`/<n+1>`), and its first leaf names the last head that is known: of the floor in the hub's state
    folder, or of a checkpoint that a partner keeps. That what came after the back-up is gone stays visible for good.

    Args:
        checkpoint: The last checkpoint of the old log that anybody has; the floor's when left out.
        config: The hub's settings.
        output: How to print it.
    """
    settings = hub_settings(config)
    clock, file = clock_of(settings.clock_file), settings.state / LOG_FLOOR
    signer = read_log_key(settings.keys)
    text = load_floor(file) if checkpoint is None else _read(checkpoint).decode("utf-8", "replace")
    if text is None:
        raise RefusedError(Code.NOT_FOUND, "--checkpoint: there is no floor")
    last, _ = open_checkpoint(text, signer.verifier)
    with opened_log(settings) as database:
        with database.begin() as connection:
            tree = begin_anew(connection, last, new_id(clock), clock.now())
            sequence(connection, tree.origin.log, AT_ONCE)
        with database.begin() as connection:
            made = make_checkpoints(connection, signer, None, clock.now())
        save_floor(file, made[-1].note)
    say("The hub may start now. Send partners the origin: they see that the log began anew, and ask why.")
    print_record({"origin": str(tree.origin), "after": str(last.origin), "size": last.size}, output)
    return OK


def _register(settings: HubSettings) -> Register:
    return load_register(read_body(settings.register_file), read_governance(settings.governance_file))
