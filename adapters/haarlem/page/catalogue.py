"""Every form, in the order of the screen. Data: what each asks, and the one function that it calls."""

from __future__ import annotations

from typing import Final

from adapters.haarlem import calls, correcting, endings, extending, repeating, splitting
from adapters.haarlem.ddas.reporting import ReportKind, TrajectoryFactsRequest
from adapters.haarlem.ddas_desk import recording
from adapters.haarlem.desk.counter import Act
from adapters.haarlem.page.catalogue_beginning import ADDING, REGISTER
from adapters.haarlem.page.catalogue_helping import HELPING, OF_KIND, OLD_DETAILS, TALK_FORMS
from adapters.haarlem.page.catalogue_settling import SETTLING
from adapters.haarlem.page.deeds import ActForm, Deed
from adapters.haarlem.page.fields import Field, Group, Kind, Source
from adapters.haarlem.page.parts import CONTACT, DAY, ENDING, PARTY, PERSON, PHASE_CHOICES, person_fields
from adapters.haarlem.page.words import plain
from adapters.haarlem.requests import (
    CallDoneRequest,
    CallOutcome,
    CorrectRequest,
    EmptyRequest,
    EndPartyRequest,
    EndRequest,
    ExtendRequest,
    SplitRequest,
)

__all__ = ["BY_SLUG", "CASE_FORMS", "OF_KIND", "OLD_DETAILS", "REGISTER", "TALK_BY_SLUG", "TALK_FORMS"]


def _end_person(deed: Deed) -> None:
    endings.end_person(deed.helper, deed.tx, deed.case_id, deed.about["persoon"], deed.request)


def _end_party(deed: Deed) -> None:
    endings.end_party(deed.helper, deed.tx, deed.case_id, deed.about["partij"], deed.request)


def _settle_call(deed: Deed) -> None:
    calls.settle_call(deed.helper, deed.tx, deed.about["belpunt"], deed.employee, deed.request)


def _split(deed: Deed) -> str:
    return splitting.split(deed.helper, deed.tx, deed.case_id, deed.about["persoon"], deed.request)


CALL_DONE: Final = ActForm(
    "belpunt-afhandelen",
    "Belpunt afhandelen",
    Act.SETTLE_CALL,
    CallDoneRequest,
    _settle_call,
    (
        Group(
            "Het gesprek",
            (
                Field("belpunt", "Waarover hebt u gebeld?", Kind.CHOICE, choices=Source.CALLS, required=True),
                Field(
                    "/uitkomst",
                    "Hoe liep het af?",
                    Kind.CHOICE,
                    required=True,
                    choices=tuple((one.value, plain(one.value)) for one in CallOutcome),
                ),
                Field("/einddatum", "Rust beloofd tot en met", Kind.DAY, f"{DAY}. Alleen als dat is afgesproken."),
            ),
        ),
    ),
    done="Het gesprek is vastgelegd.",
    ended_too=True,
)

CASE_FORMS: Final = (
    *ADDING,
    ActForm(
        "verlengen",
        "Rust verlengen",
        Act.EXTEND,
        ExtendRequest,
        lambda deed: extending.extend(deed.helper, deed.tx, deed.case_id, deed.request),
        (
            Group(
                "Verlenging",
                (
                    Field("/einddatum", "Nieuwe einddatum", Kind.DAY, f"{DAY}. Leeg: bij elke partij het maximum."),
                    Field(
                        "/reden",
                        "Reden",
                        Kind.LONG,
                        "Gaat naar de partijen. Niets over gezondheid of gezin.",
                        required=True,
                    ),
                    Field("/partijId", "Alleen bij", Kind.CHOICE, "Leeg: bij iedereen.", Source.PARTIES),
                ),
            ),
        ),
        done="De verlenging is gevraagd.",
        ended_too=True,
    ),
    ActForm(
        "corrigeren",
        "Gegevens corrigeren",
        Act.CORRECT,
        CorrectRequest,
        lambda deed: correcting.correct(deed.helper, deed.tx, deed.case_id, deed.request),
        (
            Group(
                "Zaak",
                (
                    Field("/fase", "Fase", Kind.CHOICE, choices=PHASE_CHOICES),
                    Field("/urgent", "Dringend?", Kind.YES_NO),
                ),
            ),
            CONTACT,
            Group(
                "Persoon",
                (
                    Field("/personen/0/id", "Wie?", Kind.CHOICE, choices=Source.PERSONS),
                    *person_fields("/personen/0", required=False, correcting=True),
                ),
                folded=True,
            ),
            Group(
                "Partij",
                (
                    Field("/partijen/0/id", "Welke?", Kind.CHOICE, choices=Source.PARTIES),
                    Field("/partijen/0/klantnummerSe", "Klantnummer bij deze partij"),
                    Field("/partijen/0/naamBijSchuldeiser", "Naam zoals de partij die kent"),
                    Field("/partijen/0/telefoon", "Telefoon"),
                    Field("/partijen/0/adresBekend", "Kent deze partij het adres?", Kind.YES_NO),
                ),
                folded=True,
            ),
        ),
        "Vul alleen in wat anders moet. Een ander BSN is voor partijen een ander persoon: het oude wordt teruggenomen.",
        "De correctie is verwerkt.",
    ),
    ActForm(
        "herhalen",
        "Partij opnieuw inlichten",
        Act.REPEAT,
        EmptyRequest,
        lambda deed: repeating.repeat(deed.helper, deed.tx, deed.case_id, deed.about["partij"]),
        (Group("Partij", (PARTY,)),),
        "Voor als een bericht niet aankwam, of de rust niet standhield.",
        "De partij wordt opnieuw ingelicht.",
    ),
    ActForm(
        "afsplitsen",
        "Persoon afsplitsen",
        Act.SPLIT,
        SplitRequest,
        _split,
        (
            Group(
                "Nieuwe zaak",
                (
                    PERSON,
                    Field("/klantnummerShv", "Zaaknummer van de nieuwe zaak", required=True),
                    Field("/gemeentecode", "Gemeente", Kind.CHOICE, "Leeg: dezelfde.", Source.MUNICIPALITIES),
                ),
            ),
            CONTACT,
        ),
        "De nieuwe pauzes gaan open voordat de oude eindigen.",
        "De persoon heeft een eigen zaak.",
    ),
    ActForm(
        "partij-beeindigen",
        "Rust bij één partij beëindigen",
        Act.END_PARTY,
        EndPartyRequest,
        _end_party,
        (
            Group(
                "Einde",
                (
                    PARTY,
                    Field("/persoonId", "Alleen voor", Kind.CHOICE, "Leeg: voor iedereen.", Source.PERSONS),
                    *ENDING,
                ),
            ),
        ),
        done="Het einde is gevraagd.",
    ),
    ActForm(
        "persoon-beeindigen",
        "Hulp aan één persoon beëindigen",
        Act.END_PERSON,
        EndRequest,
        _end_person,
        (Group("Einde", (PERSON, *ENDING)),),
        done="De hulp aan deze persoon is beëindigd.",
    ),
    ActForm(
        "zaak-beeindigen",
        "Zaak beëindigen",
        Act.END_CASE,
        EndRequest,
        lambda deed: endings.end_case(deed.helper, deed.tx, deed.case_id, deed.request),
        (Group("Einde", ENDING),),
        done="De zaak is beëindigd.",
    ),
    CALL_DONE,
    *HELPING,
    *SETTLING,
    ActForm(
        "trajectfeiten",
        "Feit voor DDAS melden",
        Act.REPORT_FACTS,
        TrajectoryFactsRequest,
        lambda deed: recording.report(deed.helper, deed.tx, deed.case_id, deed.request),
        (
            Group(
                "Feit",
                (
                    Field(
                        "/feiten/0/soort",
                        "Soort",
                        Kind.CHOICE,
                        required=True,
                        choices=tuple((one.value, plain(one.value)) for one in ReportKind),
                    ),
                    Field("/feiten/0/datum", "Sinds", Kind.DAY, DAY, required=True),
                    Field(
                        "/feiten/0/waarde",
                        "Waarde",
                        hint="Bijvoorbeeld Toelatingsbeschikking, Budgetbeheer of een bedrag.",
                    ),
                    Field("/feiten/0/einddatum", "Tot en met", Kind.DAY, f"{DAY}. Van begeleiding en moratorium."),
                ),
            ),
        ),
        done="Het feit is vastgelegd.",
        ended_too=True,
    ),
)
BY_SLUG: Final = {form.slug: form for form in CASE_FORMS}
TALK_BY_SLUG: Final = {form.slug: form for form in TALK_FORMS}
