"""What the case system asks of conversations: settle, refer, advise, and the rest; one closed model per act."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from adapters.haarlem.reasons import EndReason
from schemas.codes import (
    Advice,
    ArrangementKind,
    EndClass,
    LegalBasis,
    Measure,
    Phase,
    ProposalDecision,
    ProposalRefusalReason,
    ReferralKind,
)
from schemas.document import Absent, Document, Listed, Several
from schemas.identifiers import Date, LongText, Oin, Percentage, Reference, Text
from schemas.messages import CoolingOffPeriod
from schemas.messages.settlement import ClaimProposal, Months
from schemas.protocol import Uuid
from schemas.shapes import Reachability


class BalancesRequest(Document):
    """Ask creditors and tax offices what is owed."""

    model_config = ConfigDict(title="Saldo opvragen")

    arrangement_kind: Absent[Listed[ArrangementKind]] = Field(default=None, alias="typeSchuldregeling")
    parties: Several[Uuid] = Field(
        default=(), alias="partijen", description="Leeg: elke partij aan wie het nog niet gevraagd is."
    )


class PartyProposalRequest(Document):
    """What one party is offered, where it differs from the others."""

    model_config = ConfigDict(title="Voorstel aan één partij")

    party_id: Uuid = Field(alias="partijId")
    percentage: Absent[Percentage] = Field(default=None, alias="percentage")
    claims: Several[ClaimProposal] = Field(
        default=(), alias="vorderingen", description="Leeg: berekend over het saldo dat de partij opgaf."
    )


class ProposalsRequest(Document):
    """Make a proposal to every party whose balance is known, or to the parties that are named."""

    model_config = ConfigDict(title="Betaalvoorstel")

    arrangement_kind: Listed[ArrangementKind] = Field(alias="typeSchuldregeling")
    calculated_on: Absent[Date] = Field(default=None, alias="berekendOp", description="Standaard vandaag.")
    term_months: Months = Field(alias="looptijdMaanden")
    valid_until: Date = Field(alias="geldigTot", description="Niet vóór het einde van de antwoordtermijn.")
    percentage: Absent[Percentage] = Field(
        default=None, alias="percentage", description="Van elke vordering zonder voorrang."
    )
    preferential_percentage: Absent[Percentage] = Field(
        default=None, alias="percentagePreferent", description="Van elke preferente vordering; standaard als de andere."
    )
    parties: Several[PartyProposalRequest] = Field(default=(), alias="partijen")


class ReconsiderRequest(Document):
    """Ask a party that refused to think again."""

    model_config = ConfigDict(title="Heroverweging")

    reasoning: LongText = Field(alias="motivering", description="Gaat naar de partij; nooit gezondheid of gezin.")
    compulsory_settlement_announced: bool = Field(default=False, alias="dwangakkoordAangekondigd")


class DecisionRequest(Document):
    """What a party decided by letter or telephone."""

    model_config = ConfigDict(title="Besluit buiten de berichten om")

    decision: Listed[ProposalDecision] = Field(alias="besluit")
    reason: Absent[Listed[ProposalRefusalReason]] = Field(default=None, alias="reden")
    date: Date = Field(alias="datum")


class AgreeRequest(Document):
    """All agreed: the arrangement begins."""

    model_config = ConfigDict(title="Schuldregeling akkoord")

    agreed_on: Absent[Date] = Field(default=None, alias="datumAkkoord", description="Standaard vandaag.")
    payment_reference: Reference = Field(alias="betaalreferentie")
    compulsory: bool = Field(
        default=False, alias="dwangakkoord", description="De rechter verving de instemming van wie weigerde."
    )


class EndArrangementRequest(Document):
    """The arrangement, or the talk about it, ended."""

    model_config = ConfigDict(title="Einde van de schuldregeling")

    reason: Listed[EndReason] = Field(alias="reden", description="Blijft in Haarlem; partijen horen alleen de klasse.")
    end_class: Absent[Listed[EndClass]] = Field(
        default=None, alias="klasse", description="Nodig waar de klasse niet uit de reden volgt."
    )
    end: Absent[Date] = Field(default=None, alias="einddatum", description="Standaard vandaag.")
    parties: Several[Uuid] = Field(default=(), alias="partijen", description="Leeg: bij elke partij.")


# — the others ———————————————————————————————————————————————————————————————————————————————————————————————————————


class ReferRequest(Document):
    """Ask another party to help somebody of this case."""

    model_config = ConfigDict(title="Verwijzing")

    person_id: Uuid = Field(alias="persoonId")
    to: Oin = Field(alias="naar", description="OIN van wie gevraagd wordt.")
    kind: Listed[ReferralKind] = Field(alias="soort")
    reason: Text = Field(alias="reden", description="Gaat mee; nooit gezondheid of gezin.")
    urgent: bool = Field(default=False, alias="urgent", description="Er dreigt een ingreep: eerste gesprek in 3 dagen.")
    legal_basis: Listed[LegalBasis] = Field(alias="grondslag")
    synopsis: Absent[LongText] = Field(default=None, alias="samenvatting")
    reachability: Reachability = Field(alias="bereikbaarheid")
    priority: bool = Field(default=False, alias="voorrang")
    follows_up: Absent[Uuid] = Field(default=None, alias="vervolgOp", description="De eerdere, afgewezen verwijzing.")


class WithdrawRequest(Document):
    """Withdraw a referral."""

    model_config = ConfigDict(title="Intrekking van een verwijzing")

    reason: Text = Field(alias="reden", description="Gaat naar de ander.")


class AdviseRequest(Document):
    """Advise about an administration."""

    model_config = ConfigDict(title="Advies over een bewind")

    advice: Listed[Advice] = Field(alias="advies")
    reasoning: LongText = Field(alias="motivering", description="Gaat naar de bewindvoerder.")
    date: Absent[Date] = Field(default=None, alias="datum", description="Standaard vandaag.")


class AnswerRequest(Document):
    """Answer a question without doing anything."""

    model_config = ConfigDict(title="Antwoord op een verzoek")

    explanation: Text = Field(alias="toelichting", description="Gaat naar de vrager.")


class PhaseRequest(Document):
    """A case came into another phase."""

    model_config = ConfigDict(title="Fasewijziging")

    phase: Listed[Phase] = Field(alias="fase")
    date: Absent[Date] = Field(default=None, alias="datum", description="Eerste dag van de fase; standaard vandaag.")


class MoratoriumRequest(CoolingOffPeriod):
    """A court forbids collecting for a while."""

    model_config = ConfigDict(title="Afkoelingsperiode melden")

    person_id: Absent[Uuid] = Field(default=None, alias="persoonId", description="Ontbreekt: voor iedereen.")


class IncidentRequest(Document):
    """Somebody collected in spite of the pause."""

    model_config = ConfigDict(title="Incasso ondanks pauze")

    measure: Listed[Measure] = Field(alias="maatregel")
    date: Date = Field(alias="datum", description="Dag waarop het gebeurde.")
    explanation: Absent[Text] = Field(default=None, alias="toelichting", description="Gaat naar de partij.")
    person_id: Absent[Uuid] = Field(default=None, alias="persoonId", description="Ontbreekt: voor iedereen.")
