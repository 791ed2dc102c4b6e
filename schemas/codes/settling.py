"""Codes about settling debts: lists D and E, and what stands in rows 14 to 16 (messages.md)."""

from __future__ import annotations

from enum import StrEnum


class DebtKind(StrEnum):
    """How a claim stands with the party that is asked."""

    OPEN = "open"
    TRANSFERRED = "overgedragen"
    UNKNOWN = "onbekend"


class ArrangementKind(StrEnum):
    """What kind of arrangement is proposed; the letters of the Schuldenknooppunt, kept as they are."""

    SK = "SK"
    SB = "SB"
    SA = "SA"
    BR = "BR"
    HF = "HF"


class ProposalDecision(StrEnum):
    """What a creditor decides about a proposal."""

    AGREED = "akkoord"
    REFUSED = "afgewezen"


class ProposalRefusalReason(StrEnum):
    """Why a creditor refuses a proposal (list D)."""

    LEGAL_IMPEDIMENT = "wettelijke-belemmering"
    FRAUD_CLAIM = "fraudevordering"
    BALANCE_CHANGED = "saldo-gewijzigd"
    CALCULATION_DISPUTED = "berekening-betwist"
    UNEQUAL_TREATMENT = "ongelijke-behandeling"
    OTHER = "overig"


class ArrangementEndReason(StrEnum):
    """Why an arrangement ended (list E); stays inside the helper's adapter, creditors get a class of list L."""

    DISCHARGED = "afgerond-kwijting"
    NOT_COMPLIED = "niet-nagekomen"
    NEW_DEBTS = "nieuwe-schulden"
    INCOME_CHANGED = "inkomen-gewijzigd"
    DECEASED = "overleden"
    WSNP = "wsnp"
    BANKRUPT = "faillissement"
    WITHDRAWN = "ingetrokken"
