"""What operators ask of a console, with what stands in its database, and how long each answer takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final
from urllib.parse import urlencode

import httpx2

from hub.console.pages.filters import SINCE
from hub.messagelog.reading.standing import MessageState
from tests.bench.desk import Desk
from tests.bench.filling import Filling
from tests.bench.paced import percentile
from tests.bench.year import HABITS
from tests.world import BEW, CRED, CRED_WITHOUT_BSN, KBN, MUN, SHV, TAX, TAX_HAARLEM, VISH

LIST_MS, FIRST_MS = 300.0, 150.0
PARTIES: Final = (SHV, VISH, TAX, TAX_HAARLEM, CRED, CRED_WITHOUT_BSN, KBN, BEW, MUN)  # from all to none of the traffic
KINDS: Final = (*sorted({habit.asks for habit in HABITS} | {habit.answers for habit in HABITS}), "bewind-dossier")
LIMIT_S = 60.0


@dataclass(frozen=True)
class Ask:
    """One thing that is asked, each time with other values."""

    name: str
    path: Callable[[], str]
    limit_ms: float = LIST_MS


def asks(filling: Filling, chance: Random) -> list[Ask]:
    """Every list, filter and search, and the first screen."""
    pick = chance.choice
    log = "/berichtenlog"

    def filtered(**names: Callable[[], str]) -> Callable[[], str]:
        return lambda: f"{log}?{urlencode({name: give() for name, give in names.items()})}"

    anywhere = {
        "partij": lambda: pick(["", *PARTIES]),
        "soort": lambda: pick(["", *KINDS]),
        "stand": lambda: pick(["", *(state.value for state in MessageState)]),
        "sinds": lambda: pick(["", *SINCE]),
    }
    return [
        Ask("Overzicht", lambda: "/overzicht", FIRST_MS),
        Ask("Berichtenlog", lambda: log),
        Ask("Berichtenlog, ver terug", lambda: f"{log}?voor={chance.randrange(filling.entries)}"),
        *(Ask(f"partij {oin[-4:]}", filtered(partij=_always(oin))) for oin in PARTIES),
        *(Ask(f"soort {kind}", filtered(soort=_always(kind))) for kind in KINDS),
        *(Ask(f"stand {one.value}", filtered(stand=_always(one.value))) for one in MessageState),
        *(Ask(f"sinds {one}", filtered(sinds=_always(one))) for one in SINCE),
        Ask("stand accepted en forwarded", lambda: f"{log}?stand=accepted&stand=forwarded"),
        Ask("elk filter door elkaar", filtered(**anywhere)),
        Ask("elk filter, ver terug", filtered(**anywhere, voor=lambda: str(chance.randrange(filling.entries)))),
        Ask("zoek op kenmerk", lambda: f"{log}?dossier={pick(filling.cases).replace('-', '')[:10]}"),
        Ask("zoek kenmerk en partij", filtered(dossier=lambda: pick(filling.cases), partij=lambda: pick(PARTIES))),
        Ask("zoek kenmerk van niemand", lambda: f"{log}?dossier={chance.getrandbits(40):010x}"),
        Ask("Dossiers, zoek", lambda: f"/dossiers?kenmerk={pick(filling.cases).replace('-', '')[:10]}"),
        Ask("Dossier", lambda: f"/dossiers/{pick(filling.cases)}"),
        Ask("Bericht", lambda: f"/berichten/{pick(filling.ids)}"),
        Ask("Termijnen", lambda: "/termijnen"),
        Ask("Termijnen, alleen rust", lambda: "/termijnen?soort=rust"),
        Ask("Alarmen", lambda: "/alarmen"),
        Ask("Quarantaine", lambda: "/quarantaine"),
        *(Ask(f"Quarantaine, {cause}", _always(f"/quarantaine/{cause}")) for cause in ("lane", "inbox", "row")),
        Ask("Quarantaine, ver terug", lambda: f"/quarantaine/lane?voor={chance.randrange(2, filling.evidence)}"),
        Ask("Stuk", lambda: f"/quarantaine/stuk/{chance.randrange(1, filling.evidence)}"),
        Ask("Herstelacties", lambda: "/herstel"),
        Ask("Herstelactie", lambda: f"/herstel/{pick(filling.recoveries)}"),
        Ask("Ketenpartners", lambda: "/ketenpartners"),
        Ask("Ketenpartner", lambda: f"/ketenpartners/{pick(PARTIES)}"),
        Ask("Controle", lambda: "/controle"),
        Ask("Beheer", lambda: "/beheer"),
        Ask("Spoor", lambda: "/beheer/spoor"),
        Ask("Spoor, gefilterd", lambda: f"/beheer/spoor?wat={pick(['refused', 'planned', 'acted'])}"),
        Ask("Spoor, ver terug", lambda: "/beheer/spoor?voor=1000"),
    ]


def _always(value: str) -> Callable[[], str]:
    return lambda: value


def measured(desk: Desk, wanted: list[Ask], times: int) -> Iterator[Mapping[str, object]]:
    """Asks everything `times` times, in turn; for each what it took, in milliseconds, slowest address included.

    The first round warms up and does not count.
    """
    took: dict[str, list[tuple[float, str]]] = {ask.name: [] for ask in wanted}
    headers = {"accept": "text/html"}
    with httpx2.Client(base_url=desk.url, cookies=desk.cookies, headers=headers, timeout=LIMIT_S) as client:
        for turn in range(times + 1):
            for ask in wanted:
                path = ask.path()
                began = time.perf_counter()
                answer = client.get(path)
                spent = (time.perf_counter() - began) * 1000
                if answer.status_code not in {200, 303, 404}:
                    raise AssertionError(f"{path}: {answer.status_code}")
                if turn:
                    took[ask.name].append((spent, path))
    for ask in wanted:
        each = [spent for spent, _ in took[ask.name]]
        p95 = round(percentile(each, 95), 1)
        slowest = max(took[ask.name])
        yield {
            "asked": ask.name,
            "times": len(each),
            "p50_ms": round(percentile(each, 50), 1),
            "p95_ms": p95,
            "limit_ms": ask.limit_ms,
            "met": p95 <= ask.limit_ms,
            "slowest_ms": round(slowest[0], 1),
            "slowest": slowest[1],
        }
