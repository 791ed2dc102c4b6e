"""The filters of the message log as they stand in a URL: checked, and written back in one order. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from hub.messagelog.reading.records import Filters, Listed
from hub.messagelog.reading.standing import MessageState
from hub.wire.names import OIN
from hub.wire.shortnames import cases_named, names_case, short_type
from schemas.catalogue import type_named

SINCE: Final[Mapping[str, tuple[str, timedelta]]] = MappingProxyType(
    {
        "1u": ("laatste uur", timedelta(hours=1)),
        "24u": ("laatste 24 uur", timedelta(hours=24)),
        "7d": ("laatste 7 dagen", timedelta(days=7)),
        "30d": ("laatste 30 dagen", timedelta(days=30)),
    }
)
_INDEX: Final = re.compile("[0-9]{1,18}")
_WRONG: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dossier": "Een dossierkenmerk heeft tien tekens: cijfers en de letters A tot en met F.",
        "partij": "Deze organisatie staat niet in het register.",
        "soort": "Dit soort bericht bestaat niet.",
        "stand": "Deze stand bestaat niet.",
        "sinds": "Kies een tijd uit de lijst.",
        "voor": "Dit is geen plaats in het log.",
    }
)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What somebody asks of the log: as validated text for the form and the URL, and what is wrong with the rest."""

    case: str = ""
    party: str = ""
    kind: str = ""
    states: frozenset[MessageState] = frozenset()
    since: str = ""
    before: int | None = None
    problems: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parsed(cls, query: QueryParams) -> LogFilter:
        """The filter of a URL; what is not valid is left out and named in `problems`."""
        case, party, kind, since, before = (
            query.get(name, "").strip() for name in ("dossier", "partij", "soort", "sinds", "voor")
        )
        states = [value for value in query.getlist("stand") if value]
        good = {
            "dossier": not case or names_case(case),
            "partij": not party or OIN.fullmatch(party) is not None,
            "soort": not kind or type_named(kind) is not None,
            "stand": set(states) <= set(MessageState),
            "sinds": not since or since in SINCE,
            "voor": not before or _INDEX.fullmatch(before) is not None,
        }
        return cls(
            case=case if good["dossier"] else "",
            party=party if good["partij"] else "",
            kind=kind if good["soort"] else "",
            states=frozenset(map(MessageState, states)) if good["stand"] else frozenset(),
            since=since if good["sinds"] else "",
            before=int(before) if before and good["voor"] else None,
            problems=MappingProxyType({name: _WRONG[name] for name, fits in good.items() if not fits}),
        )

    def filters(self, now: datetime) -> Filters:
        """The same, for the log."""
        return Filters(
            cases=cases_named(self.case) if self.case else None,
            oin=self.party or None,
            type=self.kind or None,
            states=self.states or None,
            since=now - SINCE[self.since][1] if self.since else None,
            before=self.before,
        )

    def query(self, before: int | None = None, **more: str) -> str:
        """The filter as the query of a URL, with another place in the log; empty for no filter at all."""
        given = [("dossier", self.case), ("partij", self.party), ("soort", self.kind)]
        given += [("stand", state.value) for state in sorted(self.states)]
        given += [("sinds", self.since), ("voor", "" if before is None else str(before)), *more.items()]
        return urlencode([(name, value) for name, value in given if value])

    @property
    def empty(self) -> bool:
        """Whether everything fits."""
        return not self.query()

    def fits(self, row: Listed) -> bool:
        """Whether a message that just came belongs on this screen, whatever its state."""
        if self.case:
            first, last = cases_named(self.case)
            if row.case is None or not first <= row.case <= last:
                return False
        if self.party and self.party not in {row.sender, row.recipient}:
            return False
        return not self.kind or short_type(row.type) == self.kind

    def fits_state(self, row: Listed) -> bool:
        """Whether its state is one that was asked for."""
        return not self.states or row.state in self.states
