"""Codes about collecting and its pause: lists B, H, I and L, and what stands in rows 2, 6 and 26 (messages.md)."""

from __future__ import annotations

from enum import StrEnum


class NoCooperationReason(StrEnum):
    """Why a party does not take part (list B)."""

    CUSTOMER_UNKNOWN = "klant-onbekend"
    RECENT_FINAL_DISCHARGE = "recent-finale-kwijting"
    RECENT_STABILISATION = "recent-stabilisatiepoging"
    NO_COOPERATION_WITH_HELPER = "geen-samenwerking-met-hulpverlener"
    DETAILS_DO_NOT_MATCH = "gegevens-komen-niet-overeen"
    CLAIM_TRANSFERRED = "vordering-overgedragen"
    OUTSIDE_COVENANT = "buiten-convenant"


class Measure(StrEnum):
    """A step of collecting money (list H)."""

    REMINDER = "herinnering"
    FINAL_DEMAND = "aanmaning"
    DIRECT_DEBIT = "automatische-incasso"
    SET_OFF = "verrekening"
    PAYMENT_PLAN = "betalingsregeling"
    HOME_VISIT = "huisbezoek"
    HANDOVER = "overdracht"
    WARRANT = "dwangbevel"
    ATTACHMENT = "beslag"
    WAGE_CLAIM = "loonvordering"
    BANK_CLAIM = "overheidsvordering"
    SALE = "verkoop"
    COSTS = "kosten"
    INTEREST = "rente"


class NotStoppedReason(StrEnum):
    """Why a measure could not be stopped."""

    AT_BAILIFF = "bij-deurwaarder"
    ATTACHMENT_LAID = "beslag-ligt"
    ALREADY_SENT = "al-verzonden"
    EXCLUDED = "uitgezonderd"


class HandlerKind(StrEnum):
    """Who else handles a claim."""

    BAILIFF = "deurwaarder"
    COLLECTION_AGENCY = "incassobureau"
    NEW_CREDITOR = "nieuwe-schuldeiser"


class Status(StrEnum):
    """What a status report says (list I)."""

    IN_PROGRESS = "in-behandeling"
    FETCHED = "opgehaald"
    WRONG_CUSTOMER_PAUSED = "verkeerde-klant-gepauzeerd"
    MEASURE_RESUMED = "maatregel-hervat"
    CONTACT_CHANGED = "contact-gewijzigd"
    ANSWERED = "beantwoord"
    OTHER = "overig"


class EndClass(StrEnum):
    """What the end of debt help means for collecting (list L); the only thing a creditor learns of the reason."""

    IN_ARRANGEMENT = "in-regeling"
    LEGAL_PROTECTION = "wettelijke-bescherming"
    DISCHARGED = "afgerond"
    ENDED = "beeindigd"
    DECEASED = "overleden"
    WRONGLY_REGISTERED = "ten-onrechte-gemeld"


class RegistrationResult(StrEnum):
    """What the referral index did with a registration or withdrawal."""

    REGISTERED = "geregistreerd"
    REJECTED = "afgewezen"
    ENDED = "beeindigd"


class CoolingOffKind(StrEnum):
    """By which article a court protects for a while: Wgs 5, Faillissementswet 287b or 287 paragraph 4."""

    WGS_5 = "wgs-5"
    FW_287B = "fw-287b"
    FW_287_4 = "fw-287-4"
