"""Why an act is not done: closed lists, with the words for the case worker. Nothing was written when one is raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from schemas.errors import PayloadError


class Refusal(StrEnum):
    """Every reason; stable, it is the end of the problem's `type`."""

    INVALID = "ongeldige-invoer"
    UNKNOWN = "niet-gevonden"
    CASE_EXISTS = "zaak-bestaat"
    NUMBER_TAKEN = "klantnummer-in-gebruik"
    CASE_ENDED = "zaak-beeindigd"
    NOTHING_TO_DO = "niets-te-doen"
    AT_MAXIMUM = "maximum-bereikt"
    NOT_READY = "nog-niet-klaar"
    COUNT_NEEDED = "aantal-bevestigen"
    NOT_ALL_AGREED = "niet-allen-akkoord"
    NOT_ALLOWED = "mag-niet-naar-partij"


#: Title and detail of each.
DUTCH: Final[dict[Refusal, tuple[str, str]]] = {
    Refusal.INVALID: ("Ongeldige invoer", "Een of meer gegevens kloppen niet; zie velden."),
    Refusal.UNKNOWN: ("Niet gevonden", "Dit bestaat niet, of hoort niet bij deze zaak."),
    Refusal.CASE_EXISTS: (
        "Er loopt al een zaak",
        "Voor deze persoon loopt al een zaak; zie zaak. Zet tweedeZaak aan als er echt een tweede nodig is.",
    ),
    Refusal.NUMBER_TAKEN: ("Klantnummer in gebruik", "Een lopende zaak heeft dit klantnummer al; zie zaak."),
    Refusal.CASE_ENDED: ("Zaak beëindigd", "Deze zaak is al beëindigd; deze handeling kan niet meer."),
    Refusal.NOTHING_TO_DO: ("Niets te doen", "Er loopt hier niets waarop deze handeling van toepassing is."),
    Refusal.NOT_ALLOWED: (
        "Mag niet naar deze partij",
        "Geen afspraak staat dit bericht, of dit gegeven erin (zie velden), aan deze partij toe.",
    ),
    Refusal.NOT_ALL_AGREED: (
        "Niet alle partijen zijn akkoord",
        "De regeling gaat pas in als elke partij akkoord is, of de rechter dat verving (dwangakkoord).",
    ),
    Refusal.AT_MAXIMUM: (
        "Maximum bereikt",
        "De rust duurt al zo lang als de afspraak toestaat: tot en met einddatum. Alleen de partij zelf geeft meer.",
    ),
    Refusal.NOT_READY: ("Nog niet klaar", "Deze import loopt nog; vraag de stand op, het resultaat komt daarna."),
    Refusal.COUNT_NEEDED: (
        "Bevestig het aantal",
        "Er zouden zoveel pauzes eindigen als in aantalPauzes staat. Stuur dat aantal mee om te bevestigen.",
    ),
}


class Fault(StrEnum):
    """What can be wrong with one field, beside what the schemas find."""

    NOT_A_TEST_BSN = "geen-test-bsn"
    BSN_IN_TEXT = "bsn-in-tekst"
    BSN_LIKE = "lijkt-op-bsn"
    NOT_OUR_MUNICIPALITY = "andere-gemeente"
    BEFORE_TODAY = "in-het-verleden"
    TOO_FAR_AHEAD = "te-ver-vooruit"
    END_BEFORE_START = "eind-voor-begin"
    END_TOO_SOON = "einde-te-dichtbij"
    NOT_LATER = "niet-later"
    CLASS_NEEDED = "klasse-nodig"
    PERCENTAGE_NEEDED = "percentage-nodig"
    CLAIMS_NEEDED = "vorderingen-nodig"
    TWICE = "dubbel"
    UNKNOWN_PERSON = "onbekende-persoon"
    UNKNOWN_PARTY = "onbekende-partij"
    UNKNOWN_IN_REGISTER = "niet-in-register"
    NO_AGREEMENT = "geen-overeenkomst"
    NOT_FOR_PARTY = "niet-voor-partij"
    NOT_FINDABLE = "niet-vindbaar"
    NOT_REJECTED = "niet-afgewezen"
    BUSINESS_NEEDED = "onderneming-nodig"
    ONE_OF = "precies-een"
    NO_CONTACT = "geen-contact"
    ONLY_PERSON = "enige-persoon"
    TOO_MANY_PERSONS = "te-veel-personen"
    NO_PERSON = "geen-persoon"
    NOT_JSON = "geen-json"
    HEADER = "kopregel"
    NOT_CSV = "geen-csv"
    ROW = "te-veel-cellen"
    COLUMN = "onbekende-kolom"
    CELL = "cel-onleesbaar"
    NOT_OF_THIS_KIND = "past-niet-bij-soort"
    NO_SUCH_PAGE = "pagina-bestaat-niet"


FAULTS: Final[dict[Fault, str]] = {
    Fault.NOT_A_TEST_BSN: "In de testomgeving zijn alleen fictieve BSN's toegestaan (ze beginnen met 999).",
    Fault.BSN_IN_TEXT: "Hier staat een BSN; dit veld gaat naar partijen die dat niet mogen krijgen.",
    Fault.BSN_LIKE: (
        "Dit kan een BSN zijn: negen cijfers die de elfproef doorstaan. Is het nagekeken en geen BSN, zet dan geenBsn "
        "bij de schuldeiser; geef een zaaknummer een letter ervoor."
    ),
    Fault.NOT_OUR_MUNICIPALITY: "Voor deze gemeente wordt hier geen schuldhulp uitgevoerd.",
    Fault.BEFORE_TODAY: "Deze dag ligt (te ver) in het verleden.",
    Fault.TOO_FAR_AHEAD: "Deze dag ligt te ver vooruit.",
    Fault.END_BEFORE_START: "De einddatum ligt vóór de ingangsdatum.",
    Fault.END_TOO_SOON: "De einddatum ligt te dichtbij; partijen hebben eerst een aantal werkdagen nodig.",
    Fault.NOT_LATER: "Deze dag is niet later dan de einddatum die nu geldt; korter maken is een beëindiging.",
    Fault.CLASS_NEEDED: "Bij deze reden hoort een (andere) klasse; noem de klasse die bij de reden past.",
    Fault.PERCENTAGE_NEEDED: "Noem een percentage, of de vorderingen met wat ervoor geboden wordt.",
    Fault.CLAIMS_NEEDED: "De partij gaf geen vorderingen op; noem ze in het voorstel.",
    Fault.TWICE: "Dit staat er twee keer.",
    Fault.UNKNOWN_PERSON: "Deze persoon hoort niet (meer) bij de zaak.",
    Fault.UNKNOWN_PARTY: "Deze partij hoort niet (meer) bij de zaak.",
    Fault.UNKNOWN_IN_REGISTER: "Deze organisatie staat niet in het register.",
    Fault.NO_AGREEMENT: "Voor dit bericht aan deze organisatie is nu geen afspraak of sleutel van kracht.",
    Fault.NOT_FOR_PARTY: "Dit gegeven mag niet naar deze partij.",
    Fault.NOT_FINDABLE: "Zonder BSN of een adres dat gedeeld mag worden weet de ander niet om wie het gaat.",
    Fault.NOT_REJECTED: "Dit is geen verwijzing in deze zaak die werd afgewezen.",
    Fault.BUSINESS_NEEDED: "Bij deze soort hoort een onderneming; leg die eerst vast bij de persoon.",
    Fault.ONE_OF: "Geef precies één van deze gegevens.",
    Fault.NO_CONTACT: "Geef een contact met telefoonnummer of e-mailadres.",
    Fault.ONLY_PERSON: "Dit is de enige persoon in de zaak.",
    Fault.TOO_MANY_PERSONS: "Een zaak heeft hoogstens twee personen.",
    Fault.NO_PERSON: "Een zaak gaat over minstens één persoon.",
    Fault.NOT_JSON: "Dit is geen geldige JSON.",
    Fault.HEADER: "Deze kop, of dit deel van het adres, ontbreekt of heeft niet de juiste vorm.",
    Fault.NOT_CSV: "Dit is geen CSV-bestand met een kopregel.",
    Fault.ROW: "Deze regel heeft meer cellen dan de kopregel; staat er een scheidingsteken in een tekst?",
    Fault.COLUMN: "De import kent deze kolom niet: geef hem de naam uit de beschrijving, of maak hem leeg.",
    Fault.CELL: "Deze cel is niet te lezen, of hoort niet bij deze handeling.",
    Fault.NOT_OF_THIS_KIND: "Dit past niet bij het soort feit; zie de beschrijving.",
    Fault.NO_SUCH_PAGE: "Zoveel pagina's zijn er niet.",
}


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One field that is wrong: where (RFC 6901), a stable code and a Dutch sentence."""

    pointer: str
    code: str
    text: str


def fault(pointer: str, kind: Fault) -> FieldFault:
    """A fault of ours at this place."""
    return FieldFault(pointer, kind.value, FAULTS[kind])


class ActRefusedError(Exception):
    """The act is not done, and why; holds places and our own references, never what somebody wrote."""

    def __init__(
        self,
        refusal: Refusal,
        *fields: FieldFault,
        case_id: str | None = None,
        count: int | None = None,
        end: date | None = None,
    ) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.fields = fields
        self.case_id = case_id
        self.count = count
        self.end = end


def invalid(kind: Fault, pointer: str) -> ActRefusedError:
    """Invalid input with one fault."""
    return ActRefusedError(Refusal.INVALID, fault(pointer, kind))


def misfit(error: PayloadError) -> ActRefusedError:
    """Invalid input with the faults that a model found."""
    found = (FieldFault(one.pointer, one.slug.value, one.explain()) for one in error.problems)
    return ActRefusedError(Refusal.INVALID, *found)


def not_allowed(place: str | None) -> ActRefusedError:
    """The recipient may not have what was asked to be said, or this member of it."""
    fields = [fault(place, Fault.NOT_FOR_PARTY)] if place and place.startswith("/") else []
    return ActRefusedError(Refusal.NOT_ALLOWED, *fields)
