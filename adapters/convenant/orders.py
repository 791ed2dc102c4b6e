"""What a creditor's system is asked to do and what it answers, whatever words it has and however it is reached: pure.

An order names the pause by `conversation`, never by a number of theirs, and carries a `turn` that rises within it:
their system leaves an order alone that is older than one it has done. An answer names the order by its key and carries
a `number` that rises with each answer to that order, so that one that comes twice or late is known.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from adapters.outside import Day
from schemas.codes import (
    DebtKind,
    EndClass,
    HandlerKind,
    Measure,
    NoCooperationReason,
    NotStoppedReason,
    ProposalRefusalReason,
)

#: Far more claims than one customer has.
MOST = 100
#: No control characters: they say nothing, and a database may refuse them.
_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"
Mark = Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True, pattern=_ONE_LINE)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=_ONE_LINE)]


class Act(StrEnum):
    """What is asked."""

    PAUSE = "pause"  # find the customer and stop collecting
    CHANGE = "change"  # another end or reason of the pause
    RESUME = "resume"  # the pause is over: collecting goes on
    INCIDENT = "incident"  # somebody collected in spite of the pause: stop that, and say so
    BALANCE = "balance"  # what does this customer owe?
    PROPOSAL = "proposal"  # does the creditor agree?
    RECONSIDER = "reconsider"  # and when it thinks again?
    AGREED = "agreed"  # the arrangement begins
    FINISHED = "finished"  # the arrangement ended
    REMOVE = "remove"  # as if it had never been: nothing charged for the days between, no mark left


class Reason(StrEnum):
    """Why collecting rests."""

    DEBT_HELP = "debt-help"
    ARRANGEMENT = "arrangement"
    LEGAL_PROTECTION = "legal-protection"
    DECEASED = "deceased"


class Outcome(StrEnum):
    """What became of an order, or of the pause that it asked for."""

    IN_PROGRESS = "in-progress"  # a person there looks at it; an answer follows
    DONE = "done"
    REFUSED = "refused"
    WRONG_CUSTOMER = "wrong-customer"  # found out later: somebody else was paused
    ASKS = "asks"  # they want to know how it stands
    RESUMED = "resumed"  # they resumed collecting of their own accord


class Record(BaseModel):
    """A closed record that shows no content when printed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def __repr_args__(self) -> tuple[()]:
        """Nothing: a record in a log line or traceback shows its kind and no content."""
        return ()


class Customer(Record):
    """Whom it is about, as the notice says it; the BSN only for a creditor that may use it."""

    bsn: str | None = None
    birth_date: str
    initials: str | None = None
    prefix: str | None = None
    surname: str
    name_at_creditor: str | None = None
    number: str | None = None
    street: str | None = None
    house_number: str | None = None
    postcode: str | None = None
    city: str | None = None


class Helper(Record):
    """Who helps, and under which number."""

    number: str
    name: str
    phone: str | None = None
    email: str | None = None


class Incident(Record):
    """What happened although a pause was confirmed."""

    measure: Measure
    day: date
    text: str | None = None


class OfferLine(Record):
    """What is offered for one claim; amounts in EUR with two decimals."""

    invoice: str
    amount: str
    percentage: str
    forecast: str


class Offer(Record):
    """A proposal."""

    kind: str
    months: int
    valid_until: date
    lines: tuple[OfferLine, ...]


class AgreedLine(Record):
    """What was agreed for one claim."""

    invoice: str
    percentage: str
    forecast: str
    mark: str


class Agreement(Record):
    """What was agreed with everybody."""

    day: date
    kind: str
    lines: tuple[AgreedLine, ...] = ()


class Finish(Record):
    """How an arrangement ended, and what that means for collecting."""

    day: date
    end_class: EndClass
    discharge: bool


class Order(Record):
    """One order; its key is the idempotency key of the act outside and begins with the message id."""

    key: str
    act: Act
    conversation: str
    turn: int
    customer: Customer | None = None
    helper: Helper | None = None
    claims: tuple[str, ...] = ()
    start: date | None = None
    #: As the creditor's system is to have it; None until further notice.
    until: date | None = None
    reason: Reason | None = None
    urgent: bool = False
    incident: Incident | None = None
    offer: Offer | None = None
    plea: str | None = None
    agreement: Agreement | None = None
    finish: Finish | None = None


class Elsewhere(Record):
    """Who has a claim that left the creditor."""

    kind: HandlerKind
    name: Label
    mark: str | None = None
    phone: str | None = None


class GoesOn(Record):
    """A measure that was not stopped."""

    measure: Measure
    reason: NotStoppedReason
    since: Day | None = None
    handler: Elsewhere | None = None


class Balance(Record):
    """What is owed on one claim, in EUR with two decimals."""

    invoice: Mark
    kind: DebtKind
    outstanding: Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,9})\.[0-9]{2}$")]
    impediment: (
        Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True, pattern=_ONE_LINE)] | None
    ) = None
    handler: Elsewhere | None = None


class Answer(Record):
    """What the creditor's system says of one order."""

    key: Mark
    number: int = Field(ge=1, le=1_000_000)
    outcome: Outcome
    customer: Mark | None = None
    claims: tuple[Mark, ...] = Field(default=(), max_length=MOST)
    stopped: tuple[Measure, ...] = Field(default=(), max_length=MOST)
    goes_on: tuple[GoesOn, ...] = Field(default=(), max_length=MOST)
    refusal: NoCooperationReason | None = None
    transferred_to: Elsewhere | None = None
    balances: tuple[Balance, ...] = Field(default=(), max_length=MOST)
    #: Why the creditor does not agree with a proposal; done without one means that it agrees.
    objection: ProposalRefusalReason | None = None

    @model_validator(mode="after")
    def _says_why_not(self) -> Self:
        if (self.refusal is not None) != (self.outcome is Outcome.REFUSED):
            message = "a reason belongs to a refusal, and to nothing else"
            raise ValueError(message)
        return self
