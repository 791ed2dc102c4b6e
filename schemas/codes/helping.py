"""Codes about helping: lists C, F, G, J and K, and what stands in rows 21, 22, 24 and 29 (messages.md)."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """Where a case of debt help stands (list J: the case states of messages.md 2)."""

    APPLICATION = "aanmelding"
    INTAKE = "intake"
    ACTION_PLAN = "plan-van-aanpak"
    STABILISATION = "stabilisatie"
    ARRANGEMENT = "schuldregeling"
    SOLUTION = "oplossing"
    AFTERCARE = "nazorg"
    OUTFLOW = "uitstroom"


class HelpEndReason(StrEnum):
    """Why debt help ended (list C); stays inside the helper's adapter, creditors get a class of list L."""

    ARRANGEMENT_AGREED = "schuldregeling-akkoord"
    HELP_REFUSED = "hulp-afgewezen"
    DECEASED = "overleden"
    MOVED = "verhuisd"
    NOT_APPEARED = "niet-verschenen"
    WITHDRAWN = "ingetrokken"
    NOT_FITTING = "niet-passend"
    NOT_QUALIFIED = "voldoet-niet"
    COMPLETED = "afgerond"
    BY_THEMSELVES = "zelf"
    TERM_PASSED = "termijn-verstreken"
    MORATORIUM = "moratorium"
    WSNP = "wsnp"
    WRONGLY_REGISTERED = "ten-onrechte-gemeld"
    OTHER = "overig"


class LegalBasis(StrEnum):
    """On what basis a referral hands over personal data (list K)."""

    WGS_8 = "wgs-8"
    MANDATE = "mandaat"
    CONSENT = "toestemming"
    RIGHT_TO_ADVISE = "adviesrecht"
    COVENANT = "convenant"


class ReferralKind(StrEnum):
    """For what somebody is referred (list F)."""

    BUSINESS_DEBT_HELP = "ondernemer-schuldhulp"
    BUSINESS_BOOKKEEPING = "ondernemer-administratie"
    YOUNG_PEOPLE = "jongeren"
    VOLUNTEER = "vrijwilliger"
    SOCIAL_COUNSEL = "sociaal-raadslieden"
    EARLY_WARNING = "vroeg-eropaf"
    DEBT_HELP_INTAKE = "intake-schuldhulp"
    ADMINISTRATION = "beschermingsbewind"
    INCOME_SUPPORT = "inkomensondersteuning"


class ReferralStatus(StrEnum):
    """What became of a referral (messages.md 2, *Referral*); `aangevraagd` is said by the referral itself."""

    ACCEPTED = "aangenomen"
    STARTED = "gestart"
    SUSPENDED = "aangehouden"
    REJECTED = "afgewezen"
    WITHDRAWN = "ingetrokken"
    COMPLETED = "afgerond"
    FAILED = "mislukt"


class ReferralOutcome(StrEnum):
    """With what a completed referral ended (list G)."""

    HELPED = "geholpen"
    ARRANGEMENT_MADE = "regeling-getroffen"
    ADVICE_GIVEN = "advies-gegeven"
    REFERRED_ON = "doorverwezen"
    NO_CONTACT = "geen-contact"
    RENOUNCED = "afgezien"
    NOT_ELIGIBLE = "niet-in-aanmerking"
    NOT_APPEARED = "niet-verschenen"
    MOVED = "verhuisd"
    DECEASED = "overleden"


class AdministrationGround(StrEnum):
    """Why a court put somebody's money under administration."""

    DEBTS = "schulden"
    CONDITION = "toestand"


class Advice(StrEnum):
    """What the municipality advises about an administration."""

    CONTINUE = "voortzetten"
    LIGHTER_HELP = "lichtere-hulp"
    END = "beeindigen"


class DebtRestAct(StrEnum):
    """What is asked to be done with the rest of a case."""

    ADD = "toevoegen"
    EXTEND = "verlengen"
    END = "beeindigen"
