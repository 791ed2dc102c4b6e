"""Fields that more than one form has: a person, an address, a creditor, an end."""

from __future__ import annotations

from typing import Final

from adapters.haarlem.page.fields import Choices, Field, Group, Kind, Source
from adapters.haarlem.page.words import CLASSES, PHASES, REASONS

PHASE_CHOICES: Final[Choices] = tuple((phase.value, words) for phase, words in PHASES.items())
CLASS_CHOICES: Final[Choices] = tuple((one.value, words) for one, words in CLASSES.items())
DAY: Final = "dd-mm-jjjj"
PERSON: Final = Field("persoon", "Over wie gaat het?", Kind.CHOICE, choices=Source.PERSONS, required=True)
PARTY: Final = Field("partij", "Bij welke partij?", Kind.CHOICE, choices=Source.PARTIES, required=True)


def person_fields(place: str, *, required: bool = True, correcting: bool = False) -> tuple[Field, ...]:
    """Somebody who is helped; of a correction nothing is required."""
    return (
        Field(f"{place}/bsn", "BSN", hint="Mag leeg blijven als het nog niet bekend is."),
        Field(
            f"{place}/geboortedatum",
            "Geboortedatum",
            Kind.DAY,
            f"{DAY}; is de dag of maand onbekend: jjjj-mm-00",
            required=required,
        ),
        Field(f"{place}/voorletters", "Voorletters"),
        Field(f"{place}/voorvoegsel", "Voorvoegsel"),
        Field(f"{place}/geslachtsnaam", "Achternaam", hint="Zonder voorvoegsel.", required=required),
        *address_fields(f"{place}/adres"),
        Field(
            f"{place}/adresGeheim",
            "Is het adres geheim?" if correcting else "Het adres is geheim",
            Kind.YES_NO if correcting else Kind.CHECK,
        ),
    )


def address_fields(place: str) -> tuple[Field, ...]:
    """An address, all of it or nothing."""
    return (
        Field(f"{place}/straat", "Straat"),
        Field(f"{place}/huisnummer", "Huisnummer", Kind.NUMBER),
        Field(f"{place}/huisletter", "Huisletter"),
        Field(f"{place}/toevoeging", "Toevoeging"),
        Field(f"{place}/postcode", "Postcode", hint="Bijvoorbeeld 2011VB."),
        Field(f"{place}/woonplaats", "Woonplaats"),
    )


def business_fields(place: str) -> tuple[Field, ...]:
    """The enterprise of an entrepreneur."""
    return (
        Field(f"{place}/kvkNummer", "KVK-nummer"),
        Field(f"{place}/handelsnaam", "Handelsnaam"),
        Field(f"{place}/rechtsvorm", "Rechtsvorm"),
    )


def creditor_fields(place: str) -> tuple[Field, ...]:
    """A creditor; the choice of a party on the road fills its name too."""
    return (
        Field(
            f"{place}/oin",
            "Aangesloten partij",
            Kind.CHOICE,
            "Staat de partij er niet bij: vul haar naam in.",
            Source.CREDITORS,
        ),
        Field(f"{place}/naam", "Naam", hint="Mag leeg blijven bij een aangesloten partij."),
        Field(f"{place}/klantnummerSe", "Klantnummer bij deze partij"),
        Field(f"{place}/vorderingen/0/factuurnummer", "Factuur- of dossiernummer"),
        Field(
            f"{place}/vorderingen/0/bedrag", "Bedrag in euro's", Kind.MONEY, "Blijft hier; gaat niet naar de partij."
        ),
        Field(f"{place}/telefoon", "Telefoon", hint="Voor als er gebeld moet worden."),
        Field(f"{place}/adresBekend", "Deze partij kent het adres al", Kind.CHECK),
    )


CONTACT: Final = Group(
    "Contactpersoon voor partijen",
    (
        Field("/contact/naam", "Naam", hint="Leeg: het team uit de instellingen."),
        Field("/contact/telefoon", "Telefoon"),
        Field("/contact/email", "E-mailadres"),
    ),
    folded=True,
)
REASON: Final = Field(
    "/reden", "Reden", Kind.CHOICE, "Blijft hier; partijen horen alleen de klasse.", REASONS, required=True
)
CLASS: Final = Field("/klasse", "Klasse", Kind.CHOICE, "Alleen nodig als zij niet uit de reden volgt.", CLASS_CHOICES)
LAST_DAY: Final = Field("/einddatum", "Laatste dag van rust", Kind.DAY, f"{DAY}. Leeg: de vroegst mogelijke dag.")
ENDING: Final = (REASON, CLASS, LAST_DAY)
