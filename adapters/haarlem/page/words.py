"""What the page calls things, in the words of a case worker. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from adapters.haarlem.reasons import EndReason
from adapters.haarlem.rest import Rust
from adapters.haarlem.watch import Concern
from schemas.codes import ArrangementKind, CoolingOffKind, EndClass, Phase, ProposalRefusalReason

RUST: Final[dict[Rust, tuple[str, str, str]]] = {
    Rust.FULL: ("volledig", "good", "Iedereen heeft bevestigd dat de incasso stilligt."),
    Rust.PARTIAL: ("gedeeltelijk", "busy", "Een deel heeft bevestigd; van de anderen is nog geen antwoord."),
    Rust.NOT_YET: ("nog niet", "warning", "Nog niemand heeft bevestigd dat de incasso stilligt."),
    Rust.IN_DANGER: ("in gevaar", "error", "Er loopt iets door, of de rust houdt op: hier moet iemand iets doen."),
    Rust.ENDED: ("beëindigd", "neutral", "De rust is beëindigd."),
}
PHASES: Final = {
    Phase.APPLICATION: "aanmelding",
    Phase.INTAKE: "intake",
    Phase.ACTION_PLAN: "plan van aanpak",
    Phase.STABILISATION: "stabilisatie",
    Phase.ARRANGEMENT: "schuldregeling",
    Phase.SOLUTION: "oplossing",
    Phase.AFTERCARE: "nazorg",
    Phase.OUTFLOW: "uitstroom",
}
CLASSES: Final = {
    EndClass.IN_ARRANGEMENT: "in een regeling: niet hervatten",
    EndClass.LEGAL_PROTECTION: "wettelijke bescherming: niet hervatten",
    EndClass.ENDED: "beëindigd: de partij mag weer innen",
    EndClass.DECEASED: "overleden: een mens beslist",
    EndClass.WRONGLY_REGISTERED: "ten onrechte gemeld: alles terugdraaien",
}
ARRANGEMENTS: Final = {
    ArrangementKind.SK: "SK: saneringskrediet",
    ArrangementKind.SB: "SB: schuldbemiddeling",
    ArrangementKind.SA: "SA",
    ArrangementKind.BR: "BR: betalingsregeling",
    ArrangementKind.HF: "HF: herfinanciering",
}


#: Of each state of a party: what it means for rest in one word, and its tone. Whatever is not here needs somebody.
_STANDING: Final = {
    "actief": ("rust", "good"),
    "verlengd": ("rust", "good"),
    "geregistreerd": ("staat erin", "good"),
    "telefonisch-geregeld": ("rust", "good"),
    "verzonden": ("wacht", "busy"),
    "afgeleverd": ("wacht", "busy"),
    "aangevraagd": ("wacht", "busy"),
    "ingediend": ("wacht", "busy"),
    "afmelding-ingediend": ("wacht", "busy"),
    "aflopend": ("eindigt", "warning"),
    "te-bellen": ("bellen", "warning"),
    "beeindigd": ("voorbij", "neutral"),
    "afgemeld": ("voorbij", "neutral"),
}


def standing(state: str) -> tuple[str, str]:
    """What the state of a party means for rest, in one word, and its tone."""
    return _STANDING.get(state, ("let op", "error"))


def birth_date(written: str) -> str:
    """`1979-11-30` as `30-11-1979`; what is unknown of it is left out."""
    year, month, day = written.split("-")
    return "-".join(part for part in (day, month, year) if part != "00")


def spaced(name: str) -> str:
    """`planVanAanpak` as `plan van aanpak`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def plain(code: str) -> str:
    """`niet-verschenen` as `niet verschenen`."""
    return code.replace("-", " ")


REASONS: Final = tuple((one.value, plain(one.value)) for one in EndReason)
REFUSALS: Final = tuple((one.value, plain(one.value)) for one in ProposalRefusalReason)

COOLING_OFF: Final = tuple((one.value, one.value.upper()) for one in CoolingOffKind)


def choices_of(codes: type[StrEnum]) -> tuple[tuple[str, str], ...]:
    """A closed list as choices."""
    return tuple((one.value, plain(one.value)) for one in codes)


#: What a message asks or tells, by the name of its type.
MESSAGES: Final = {
    "schuldenrust-aanmelding": "aanmelding in VISH, zodat deurwaarders het zien",
    "schuldenrust-afmelding": "afmelding in VISH",
    "kennisgeving": "verzoek om de incasso te stoppen",
    "kennisgeving-publiek": "verzoek om de incasso te stoppen, met BSN",
    "pauze-verlenging": "verzoek om langer te pauzeren",
    "pauze-beeindiging": "bericht dat de pauze eindigt",
    "incasso-ondanks-pauze": "melding dat er toch is geïncasseerd",
    "statusbericht": "bericht over de stand",
    "saldoverzoek": "vraag wat er openstaat",
    "betaalvoorstel": "betaalvoorstel",
    "heroverweging": "verzoek om het voorstel opnieuw te overwegen",
    "schuldregeling-akkoord": "bericht dat de regeling ingaat",
    "schuldregeling-beeindigd": "bericht dat de regeling eindigt",
    "verwijzing": "verwijzing",
    "verwijzing-status": "bericht over een verwijzing",
    "bewind-advies": "advies over het bewind",
    "afkoelingsperiode": "bericht over een afkoelingsperiode",
    "fasewijziging": "bericht over een nieuwe fase",
    "rustverzoek": "verzoek om rust",
}


def message_words(message_type: str) -> str:
    """What a message of this type asks or tells."""
    name = message_type.split(".")[2] if message_type.count(".") >= 3 else message_type  # noqa: PLR2004
    return MESSAGES.get(name, plain(name))


#: What cannot wait: rest that nobody watches over any more, or that a party broke.
ALARMS: Final = frozenset(
    {
        Concern.CASE_CLOSED,
        Concern.NOT_WITHDRAWN,
        Concern.STRUCK_OFF,
        Concern.RESUMED,
        Concern.LAPSED,
        Concern.TAKING_BACK,
    }
)
ENDS_NEAR: Final = frozenset({Concern.END_NEAR})
