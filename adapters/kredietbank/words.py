"""What the case system of the Kredietbank is told and what it says of its own accord, in its own words.

Read at the border: nothing odd comes further. A *gebeurtenis* (something that happened there) carries a number that
rises within the referral, so that one that comes twice is known. Its documents may hold more than is read here.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.codes import ReferralStatus

MOST = 100
#: No control characters: they say nothing, and a database may refuse them; prose may have lines.
_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
Mark = Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True, pattern=_ONE_LINE)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_ONE_LINE)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True, pattern=_LINES)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=_LINES)]
Amount = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,9})\.[0-9]{2}$")]
Share = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}\.[0-9]{2}$")]


class Act(StrEnum):
    """What it is told."""

    REFERRAL = "aanmelding"
    WITHDRAWAL = "intrekking"
    BALANCE = "saldo"
    DECISION = "besluit"
    NO_COOPERATION = "weigering"
    REPORT = "bericht"
    QUESTION = "stand"  # how does it stand? asked for the heartbeat


#: Its words for the status of a referral.
STANDING = {
    "OPGEPAKT": ReferralStatus.ACCEPTED,
    "LOOPT": ReferralStatus.STARTED,
    "WACHT": ReferralStatus.SUSPENDED,
    "NIET_OPGEPAKT": ReferralStatus.REJECTED,
    "GESTOPT": ReferralStatus.WITHDRAWN,
    "KLAAR": ReferralStatus.COMPLETED,
    "MISLUKT": ReferralStatus.FAILED,
}


class Words(BaseModel):
    """A document of theirs; it shows no content when printed."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    def __repr_args__(self) -> tuple[()]:
        """Nothing."""
        return ()


class Order(Words):
    """What it is told, under a key by which it does so once."""

    sleutel: str
    soort: Act
    kenmerk: str  # the referral
    deelnemer: str | None = None  # OIN of the creditor who said it
    spoed: bool = False
    inhoud: dict[str, object] = Field(default_factory=dict)


class _Happened(Words):
    kenmerk: Mark
    nummer: int = Field(ge=1, le=1_000_000)


class StandingSaid(_Happened):
    """How the referral stands now."""

    soort: Literal["stand"]
    stand: Literal["OPGEPAKT", "LOOPT", "WACHT", "NIET_OPGEPAKT", "GESTOPT", "KLAAR", "MISLUKT"]
    reden: Short | None = None
    resultaat: Mark | None = None
    afspraak: datetime | None = None

    @property
    def status(self) -> ReferralStatus:
        """The status in our words."""
        return STANDING[self.stand]


class BalanceAsked(_Happened):
    """It wants to know what the entrepreneur owes this creditor."""

    soort: Literal["saldovraag"]
    deelnemer: Mark
    dossier: Mark
    klantnummer: Mark | None = None
    facturen: tuple[Mark, ...] = Field(default=(), max_length=MOST)
    regeling: Mark | None = None


class OfferLine(Words):
    """What is offered for one claim."""

    factuur: Mark
    bedrag: Amount
    procent: Share
    uitkering: Amount


class OfferMade(_Happened):
    """It proposes a settlement to this creditor."""

    soort: Literal["aanbod"]
    deelnemer: Mark
    regeling: Mark
    berekend: date
    maanden: int
    geldig: date
    regels: tuple[OfferLine, ...] = Field(min_length=1, max_length=MOST)


class PleaMade(_Happened):
    """It asks a creditor that refused to think again."""

    soort: Literal["herziening"]
    deelnemer: Mark
    motivering: Prose
    dwangakkoord: bool = False


class AgreedLine(Words):
    """What was agreed for one claim."""

    factuur: Mark
    procent: Share
    uitkering: Amount
    betaalkenmerk: Mark


class Agreed(_Happened):
    """Everybody agreed: the arrangement begins."""

    soort: Literal["akkoord"]
    deelnemer: Mark
    akkoord: date
    regeling: Mark
    regels: tuple[AgreedLine, ...] = Field(default=(), max_length=MOST)


class Ended(_Happened):
    """The arrangement ended."""

    soort: Literal["einde"]
    deelnemer: Mark
    laatste_dag: date
    klasse: Mark
    kwijting: bool


class Party(Words):
    """A creditor at whom rest is asked."""

    naam: Name
    kvk: Mark | None = None
    klantnummer: Mark | None = None


class RestAsked(_Happened):
    """It asks Haarlem for rest at these creditors."""

    soort: Literal["rust"]
    wat: Literal["ERBIJ", "LANGER", "EINDE"]
    bij: tuple[Party, ...] = Field(min_length=1, max_length=MOST)
    waarom: Short


News = Annotated[
    StandingSaid | BalanceAsked | OfferMade | PleaMade | Agreed | Ended | RestAsked, Field(discriminator="soort")
]


class Told(Words):
    """Its answer to what it was told, with what happened since, where it says so at once."""

    ontvangen: Literal[True]
    gebeurtenissen: tuple[News, ...] = Field(default=(), max_length=1000)


class Happened(Words):
    """What it brings by webhook: one thing at a time."""

    gebeurtenis: News


class Waiting(Words):
    """What waits to be fetched; each is read on its own, because one that is odd holds up no other."""

    gebeurtenissen: tuple[dict[str, object], ...] = Field(max_length=1000)
