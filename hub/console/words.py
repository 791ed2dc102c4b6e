"""Codes and states in plain Dutch, as the screen says them. Pure data; a test proves that no code is missing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from hub.errors import Code
from hub.messagelog.reading.standing import Cause, MessageState
from hub.wire.shortnames import short_type

Tone = Literal["neutral", "busy", "good", "warning", "error"]

STATES: Final[Mapping[MessageState, str]] = MappingProxyType(
    {
        MessageState.ACCEPTED: "aangenomen",
        MessageState.FORWARDED: "in de postbus",
        MessageState.DELIVERED: "afgeleverd",
        MessageState.REFUSED: "geweigerd",
        MessageState.EXPIRED: "verlopen",
    }
)
TONES: Final[Mapping[MessageState, Tone]] = MappingProxyType(
    {
        MessageState.ACCEPTED: "busy",
        MessageState.FORWARDED: "busy",
        MessageState.DELIVERED: "good",
        MessageState.REFUSED: "error",
        MessageState.EXPIRED: "error",
    }
)
CAUSES: Final[Mapping[Cause, str]] = MappingProxyType(
    {
        "none": "geen: het bericht is over",
        "partner": "bij een ketenpartner",
        "us": "bij ons, de hub",
        "policy": "in de afspraken of het register",
        "data": "in de gegevens van het bericht",
    }
)

#: Why a message was refused, for who reads it on a screen: what is wrong and what its sender can do.
REASONS: Final[Mapping[Code, str]] = MappingProxyType(
    {
        Code.QUOTA_EXCEEDED: "De afzender stuurt te snel. Hij biedt het bericht vanzelf later weer aan.",
        Code.TOO_LARGE: "Het bericht is groter dan 64 KiB. De afzender moet minder in één bericht zetten.",
        Code.MALFORMED: "De bytes hebben niet de vorm van een bericht. De bouwer van de software moet ernaar kijken.",
        Code.BAD_TYPE: "Dit soort zending draagt de hub niet in deze richting.",
        Code.UNKNOWN_KEY: "De sleutel staat niet in het register of geldt niet. Kijk of dit het nieuwste register is.",
        Code.REVOKED_KEY: "De sleutel is ingetrokken. Ga na wie de oude sleutel nog gebruikt.",
        Code.BAD_SIGNATURE: "De handtekening klopt niet: er is aan veranderd. Behandel dit als beveiligingsincident.",
        Code.IDENTITY_MISMATCH: "Ondertekenaar en afzender zijn niet dezelfde. Behandel dit als beveiligingsincident.",
        Code.PROPERTY_MISMATCH: "Een kenmerk om het bericht heen verschilt van wat ondertekend is.",
        Code.ID_REUSED: "Onder dit nummer kwam eerder een ander bericht. Behandel dit als beveiligingsincident.",
        Code.ATTRIBUTE_INVALID: "Een gegeven op de envelop heeft een foute vorm. De software van de afzender is fout.",
        Code.CLOCK_SKEW: "De klok van de afzender loopt meer dan vijf minuten voor. Het bericht komt vanzelf opnieuw.",
        Code.EXPIRED: "Het bericht kwam na zijn uiterste tijd. De afzender maakt een nieuw als de zaak dat vraagt.",
        Code.UNKNOWN_RECIPIENT: "De ontvanger staat niet in het register. Controleer het OIN, of haal het nieuwste.",
        Code.RECIPIENT_INACTIVE: "De ontvanger is geschorst of gestopt. Bel hem over deze zaak.",
        Code.SEAL_INVALID: "Het zegel is niet gemaakt voor een geldige sleutel van de ontvanger.",
        Code.SCHEMA_UNKNOWN: "De ontvanger neemt deze versie van het bericht niet aan. Zie zijn regel in het register.",
        Code.NO_AGREEMENT: "Geen geldende afspraak staat dit bericht tussen deze partijen toe.",
        Code.OPEN_FAILED: "De ontvanger kan het zegel niet openen. Misschien mist hij zijn sleutel.",
        Code.INNER_SIGNATURE: "De handtekening binnen het zegel klopt niet. De software van de afzender is fout.",
        Code.ATTRIBUTE_MISMATCH: "Envelop en verzegeld bericht verschillen. Behandel dit als beveiligingsincident.",
        Code.SCHEMA_INVALID: "De inhoud past niet in het schema. De afzender stuurt een nieuw, goed bericht.",
        Code.UNKNOWN_TYPE: "De software van de ontvanger kent dit soort bericht niet. Zij moet vernieuwd worden.",
        Code.BSN_NOT_ALLOWED: "Deze ontvanger mag geen BSN krijgen. De afzender stuurt de vorm zonder BSN.",
        Code.OUT_OF_ORDER_EXPIRED: "Het bericht dat eerst moest komen, kwam nooit. De afzender kijkt naar dit gesprek.",
        Code.WRONG_RECIPIENT: "Het bericht was voor een ander. Bewaar het als bewijs en bel de hub.",
    }
)

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accepted": "aangenomen door de hub",
        "refused": "geweigerd door de hub",
        "receipt": "ontvangstbewijs",
        "expired": "opgegeven door de hub",
        "register": "nieuw register in gebruik",
        "operator": "handeling van een beheerder",
    }
)
CIRCUITS: Final[Mapping[str, tuple[str, Tone]]] = MappingProxyType(
    {
        "closed": ("werkt", "good"),
        "half-open": ("probeert weer", "warning"),
        "open": ("niet bereikbaar", "error"),
    }
)
ORGANISATION_STATES: Final[Mapping[str, tuple[str, Tone]]] = MappingProxyType(
    {"active": ("actief", "good"), "suspended": ("geschorst", "warning"), "ended": ("gestopt", "neutral")}
)
REASONS_BY_CODE: Final[Mapping[str, str]] = MappingProxyType({code.value: said for code, said in REASONS.items()})


def reason_of(code: str | None) -> str:
    """Why a message was refused; a code that this release does not know is said as it is."""
    if code is None:
        return "Het bericht is geweigerd."
    said = REASONS_BY_CODE.get(code)
    return said or f"Geweigerd met de code {code}."


def kind_of(full_type: str | None) -> str:
    """A message type as people say it: *kennisgeving publiek*."""
    short = short_type(full_type)
    return short.replace("-", " ").replace(":", " versie ") if short else "onbekend"
