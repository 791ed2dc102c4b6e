"""The closed code lists of messages.md 4 and of the protocol (wire.md 8 and 12); a new code is a new schema version."""

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


class Status(StrEnum):
    """What a status report says (list I)."""

    IN_PROGRESS = "in-behandeling"
    FETCHED = "opgehaald"
    WRONG_CUSTOMER_PAUSED = "verkeerde-klant-gepauzeerd"
    MEASURE_RESUMED = "maatregel-hervat"
    CONTACT_CHANGED = "contact-gewijzigd"
    ANSWERED = "beantwoord"
    OTHER = "overig"


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


class HubDecision(StrEnum):
    """What the hub did with a message (wire.md 8, hub receipt)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"


class HubRefusal(StrEnum):
    """Why the hub refuses (wire.md 8, the table of checks, in its order)."""

    QUOTA_EXCEEDED = "quota_exceeded"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    BAD_TYPE = "bad_type"
    REVOKED_KEY = "revoked_key"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    IDENTITY_MISMATCH = "identity_mismatch"
    PROPERTY_MISMATCH = "property_mismatch"
    ID_REUSED = "id_reused"
    ATTRIBUTE_INVALID = "attribute_invalid"
    CLOCK_SKEW = "clock_skew"
    EXPIRED = "expired"
    UNKNOWN_RECIPIENT = "unknown_recipient"
    RECIPIENT_INACTIVE = "recipient_inactive"
    SEAL_INVALID = "seal_invalid"
    SCHEMA_UNKNOWN = "schema_unknown"
    NO_AGREEMENT = "no_agreement"


class RecipientResult(StrEnum):
    """What a recipient did with a message (wire.md 8, recipient receipt)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class RecipientRefusal(StrEnum):
    """Why a recipient refuses (wire.md 8, recipient receipt)."""

    OPEN_FAILED = "open_failed"
    INNER_SIGNATURE = "inner_signature"
    IDENTITY_MISMATCH = "identity_mismatch"
    ATTRIBUTE_MISMATCH = "attribute_mismatch"
    SCHEMA_INVALID = "schema_invalid"
    UNKNOWN_TYPE = "unknown_type"
    BSN_NOT_ALLOWED = "bsn_not_allowed"
    EXPIRED = "expired"
    OUT_OF_ORDER_EXPIRED = "out_of_order_expired"


class Circuit(StrEnum):
    """State of an edge's circuit breaker towards its outside system (wire.md 12)."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class HubNoticeCode(StrEnum):
    """What a hub notice is about (wire.md 12)."""

    CONNECTION_TEST = "connection_test"
    REMINDER = "reminder"
    KEY_EXPIRING = "key_expiring"
