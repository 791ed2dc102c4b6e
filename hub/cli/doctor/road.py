"""Looks at the broker as the hub reaches it: mutual TLS, lanes and inboxes there, and somebody reading them."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Final

from hub.cli.doctor.finding import Finding, failed, ok, problem, warn
from hub.errors import HubError
from hub.wire.link import Link, LinkSettings
from hub.wire.topology import DEAD_QUEUE, lane

APPLY: Final = "run `schuldhub topology apply`"
DEEP: Final = 1_000  # messages in an inbox that somebody reads: more than a moment's work


async def look_at_broker(
    settings: LinkSettings, lanes: int, inboxes: Mapping[str, str], names: Mapping[str, str]
) -> list[Finding]:
    """Connects as the hub does and asks for every queue; changes nothing."""
    try:
        settings.context()
    except (OSError, ssl.SSLError):
        advice = "see the names under `broker` in the settings, and whether key and certificate belong together"
        return [problem("broker", "the CA, the certificate or its key cannot be used", advice)]
    try:
        async with Link.opened(settings) as link:
            return [
                ok("broker", "answers, with mutual TLS"),
                *await _look_at_lanes(link, lanes),
                *await _look_at_inboxes(link, inboxes, names),
                *await _look_at_dead_letters(link),
            ]
    except HubError as error:
        return [failed("broker", error)]


async def look_at_own_inbox(settings: LinkSettings, inbox: str) -> list[Finding]:
    """The same for a partner, who can see nothing but its own inbox."""
    try:
        settings.context()
    except (OSError, ssl.SSLError):
        return [problem("broker", "the CA, the certificate or its key cannot be used", "see `broker` in the settings")]
    try:
        async with Link.opened(settings) as link:
            found = await link.inspect(inbox)
    except HubError as error:
        return [failed("broker", error)]
    if found is None:
        return [
            problem("inbox", "there is no inbox by the name in the settings", "compare it with the bundle of the hub")
        ]
    waiting, readers = found
    if readers:
        return [ok("broker", "answers, with mutual TLS"), ok("inbox", f"{waiting} wait, somebody reads it")]
    return [
        ok("broker", "answers, with mutual TLS"),
        warn("inbox", f"{waiting} wait, nobody reads it", "start the adapter: `schuldhub adapter run`"),
    ]


async def _look_at_lanes(link: Link, count: int) -> list[Finding]:
    found = {number: await link.inspect(lane(number)) for number in range(count + 1)}
    surplus = found.pop(count)
    missing = [lane(number) for number, state in found.items() if state is None]
    unread = [lane(number) for number, state in found.items() if state is not None and state[1] == 0]
    waiting = sum(state[0] for state in found.values() if state is not None)
    if missing:
        return [problem("lanes", f"not there: {', '.join(missing)}", APPLY)]
    if surplus is not None:
        return [problem("lanes", f"the broker has more than {count}", "make relay.lane_count as many as were applied")]
    if len(unread) == count:
        return [warn("lanes", f"{count} there, {waiting} messages wait, no relay reads them", "start `schuldhub up`")]
    if unread:
        return [
            problem("lanes", f"nobody reads {', '.join(unread)}", "see which relay owns them and what its log says")
        ]
    return [ok("lanes", f"{count} there, all read, {waiting} messages wait")]


async def _look_at_inboxes(link: Link, inboxes: Mapping[str, str], names: Mapping[str, str]) -> list[Finding]:
    found = []
    for oin, name in names.items():
        queue = inboxes.get(oin)
        state = await link.inspect(queue) if queue else None
        if state is None:
            found.append(problem("inbox", f"{name} has none at the broker", APPLY))
        elif state[1] == 0:
            found.append(warn("inbox", f"{name} is not connected; {state[0]} messages wait", f"call {name}"))
        elif state[0] >= DEEP:
            found.append(warn("inbox", f"{name} is behind: {state[0]} messages wait", f"call {name}"))
        else:
            found.append(ok("inbox", f"{name} is connected; {state[0]} messages wait"))
    return found


async def _look_at_dead_letters(link: Link) -> list[Finding]:
    state = await link.inspect(DEAD_QUEUE)
    if state is None:
        return [problem("dead letters", f"{DEAD_QUEUE} is not there", APPLY)]
    if state[0] and not state[1]:
        return [warn("dead letters", f"{state[0]} wait, no keeper takes them", "start `schuldhub up`")]
    return [ok("dead letters", f"{state[0]} wait")]
