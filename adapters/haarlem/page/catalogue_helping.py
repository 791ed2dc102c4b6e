"""The forms of the acts towards other helpers and the court: refer, advise, answer, phases, cooling-off, incidents."""

from __future__ import annotations

from typing import Final

from adapters.haarlem import advising, asides, outdated, phasing, questions, referring
from adapters.haarlem.conversations.talk import TalkKind
from adapters.haarlem.desk.counter import Act
from adapters.haarlem.page.deeds import ActForm, Deed
from adapters.haarlem.page.fields import Field, Group, Kind, Source
from adapters.haarlem.page.parts import DAY, PARTY, PHASE_CHOICES
from adapters.haarlem.page.words import COOLING_OFF, choices_of
from adapters.haarlem.requests import EmptyRequest
from adapters.haarlem.talk_requests import (
    AdviseRequest,
    AnswerRequest,
    IncidentRequest,
    MoratoriumRequest,
    PhaseRequest,
    ReferRequest,
    WithdrawRequest,
)
from schemas.codes import Advice, LegalBasis, Measure, ReferralKind

TALK: Final = Field("gesprek", "Gesprek", Kind.HIDDEN, required=True)
_PERSON: Final = Field("/persoonId", "Over wie?", Kind.CHOICE, choices=Source.PERSONS, required=True)
_ONLY: Final = Field("/persoonId", "Alleen voor", Kind.CHOICE, "Leeg: voor iedereen.", Source.PERSONS)


def _withdraw(deed: Deed) -> None:
    referring.withdraw(deed.helper, deed.tx, deed.case_id, deed.about["gesprek"], deed.request)


def _report(deed: Deed) -> None:
    asides.report(deed.helper, deed.tx, deed.case_id, deed.about["partij"], deed.request)


def _advise(deed: Deed) -> None:
    advising.advise(deed.helper, deed.tx, deed.about["gesprek"], deed.request)


def _carry_out(deed: Deed) -> None:
    questions.carry_out(deed.helper, deed.tx, deed.about["gesprek"])


def _told(deed: Deed) -> None:
    outdated.told(deed.helper, deed.tx, deed.about["gesprek"])


def _answer(deed: Deed) -> None:
    questions.answer(deed.helper, deed.tx, deed.about["gesprek"], deed.request)


HELPING: Final = (
    ActForm(
        "fasewijziging",
        "Fase wijzigen",
        Act.PHASE,
        PhaseRequest,
        lambda deed: phasing.change_phase(deed.helper, deed.tx, deed.case_id, deed.request),
        (
            Group(
                "Fase",
                (
                    Field("/fase", "Nieuwe fase", Kind.CHOICE, choices=PHASE_CHOICES, required=True),
                    Field("/datum", "Sinds", Kind.DAY, f"{DAY}. Leeg: vandaag."),
                ),
            ),
        ),
        done="De fase is gewijzigd.",
    ),
    ActForm(
        "incident",
        "Melden dat er toch is geïncasseerd",
        Act.INCIDENT,
        IncidentRequest,
        _report,
        (
            Group(
                "Incident",
                (
                    PARTY,
                    Field("/maatregel", "Wat gebeurde er?", Kind.CHOICE, choices=choices_of(Measure), required=True),
                    Field("/datum", "Wanneer?", Kind.DAY, DAY, required=True),
                    _ONLY,
                    Field("/toelichting", "Toelichting", Kind.LONG, "Gaat naar de partij."),
                ),
            ),
        ),
        done="Het is aan de partij gemeld.",
        ended_too=True,
    ),
    ActForm(
        "afkoelingsperiode",
        "Afkoelingsperiode melden",
        Act.PROTECT,
        MoratoriumRequest,
        lambda deed: asides.protect(deed.helper, deed.tx, deed.case_id, deed.request),
        (
            Group(
                "Uitspraak",
                (
                    Field("/soort", "Soort", Kind.CHOICE, choices=COOLING_OFF, required=True),
                    Field("/rechtbank", "Rechtbank", required=True),
                    Field("/kenmerk", "Kenmerk van de rechtbank", required=True),
                    Field("/ingangsdatum", "Ingangsdatum", Kind.DAY, DAY, required=True),
                    Field("/einddatum", "Einddatum", Kind.DAY, f"{DAY}. Hoogstens 6 maanden later.", required=True),
                    _ONLY,
                ),
            ),
        ),
        done="De afkoelingsperiode is gemeld.",
    ),
    ActForm(
        "verwijzen",
        "Iemand verwijzen",
        Act.REFER,
        ReferRequest,
        lambda deed: referring.refer(deed.helper, deed.tx, deed.case_id, deed.request),
        (
            Group(
                "Verwijzing",
                (
                    _PERSON,
                    Field("/naar", "Naar", Kind.CHOICE, choices=Source.HELPERS, required=True),
                    Field("/soort", "Waarvoor?", Kind.CHOICE, choices=choices_of(ReferralKind), required=True),
                    Field("/grondslag", "Grondslag", Kind.CHOICE, choices=choices_of(LegalBasis), required=True),
                    Field("/reden", "Reden", Kind.LONG, "Niets over gezondheid of gezin.", required=True),
                    Field("/samenvatting", "Samenvatting", Kind.LONG),
                    Field("/urgent", "Dringend: eerste gesprek binnen 3 werkdagen", Kind.CHECK),
                    Field("/voorrang", "Met voorrang", Kind.CHECK),
                ),
            ),
            Group(
                "Hoe is deze persoon te bereiken?",
                (
                    Field("/bereikbaarheid/telefoon", "Telefoon"),
                    Field("/bereikbaarheid/email", "E-mailadres"),
                    Field("/bereikbaarheid/taal", "Taal"),
                    Field("/bereikbaarheid/veiligBereikbaar", "Veilig bereikbaar?", Kind.YES_NO),
                ),
            ),
        ),
        done="De verwijzing is verstuurd.",
    ),
    ActForm(
        "verwijzing-intrekken",
        "Verwijzing intrekken",
        Act.WITHDRAW,
        WithdrawRequest,
        _withdraw,
        (
            Group(
                "Verwijzing",
                (
                    Field("gesprek", "Welke verwijzing?", Kind.CHOICE, choices=Source.REFERRALS, required=True),
                    Field("/reden", "Reden", Kind.LONG, "Gaat naar de ander.", required=True),
                ),
            ),
        ),
        done="De verwijzing is ingetrokken.",
    ),
)

#: Acts in one conversation, with or without a case.
TALK_FORMS: Final = (
    ActForm(
        "advies",
        "Advies uitbrengen over het bewind",
        Act.ADVISE,
        AdviseRequest,
        _advise,
        (
            Group(
                "Advies",
                (
                    TALK,
                    Field("/advies", "Advies", Kind.CHOICE, choices=choices_of(Advice), required=True),
                    Field("/motivering", "Motivering", Kind.LONG, "Gaat naar de bewindvoerder.", required=True),
                    Field("/datum", "Datum", Kind.DAY, f"{DAY}. Leeg: vandaag."),
                ),
            ),
        ),
        done="Het advies is uitgebracht.",
    ),
    ActForm(
        "uitvoering",
        "Verzoek uitvoeren",
        Act.CARRY_OUT,
        EmptyRequest,
        _carry_out,
        (Group("Verzoek", (TALK,)),),
        done="Het verzoek is uitgevoerd.",
    ),
    ActForm(
        "antwoord",
        "Verzoek beantwoorden",
        Act.ANSWER,
        AnswerRequest,
        _answer,
        (
            Group(
                "Antwoord", (TALK, Field("/toelichting", "Antwoord", Kind.LONG, "Gaat naar de vrager.", required=True))
            ),
        ),
        done="Het antwoord is verstuurd.",
    ),
    ActForm(
        "gegevens-doorgegeven",
        "Vastleggen dat de juiste gegevens zijn doorgegeven",
        Act.TOLD,
        EmptyRequest,
        _told,
        (Group("Gegevens", (TALK,)),),
        "Voor als u de partij hebt gebeld of geschreven. Er wordt niets verstuurd.",
        "Vastgelegd: deze partij heeft de juiste gegevens.",
    ),
)
#: Where the other side has details that were put right since.
OLD_DETAILS: Final = ("gegevens-doorgegeven",)
#: Which of them fit which conversation.
OF_KIND: Final = {
    TalkKind.ADMINISTRATION: ("advies",),
    TalkKind.REST_REQUEST: ("uitvoering", "antwoord"),
    TalkKind.STATUS_REQUEST: ("antwoord",),
}
