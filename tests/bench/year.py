"""A year on the road as rows: cases, questions and answers, receipts, what failed, what still waits.

One message after another in the order of time, so that the log is in that order too; a receipt follows its message
after seconds or minutes. It is pure: chance comes from a seed: the same year for everybody.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from hub.conversations.questions import Stage
from hub.conversations.tables import NEVER
from hub.messagelog.tables import State
from hub.wire.names import source_urn
from tests.world import BEW, CRED, CRED_WITHOUT_BSN, KBN, SHV, TAX, TAX_HAARLEM, VISH, full_type

SECOND: Final = 1_000_000  # microseconds, as every instant here
DAY: Final = 86_400 * SECOND
Row = dict[str, Any]


@dataclass(frozen=True)
class Habit:
    """What somebody asks of somebody, what is answered, and how often of a thousand questions."""

    weight: int
    asks: str
    sender: str
    recipient: str
    answers: str
    days: int | None

    @property
    def rest(self) -> bool:
        """Whether somebody has no rest before the answer."""
        return self.asks.startswith(("schuldenrust", "kennisgeving"))


HABITS: Final = (
    Habit(180, "schuldenrust-aanmelding", SHV, VISH, "schuldenrust-registratie", 1),
    Habit(240, "kennisgeving-publiek", SHV, TAX, "kennisgeving-antwoord", 5),
    Habit(120, "kennisgeving-publiek", SHV, TAX_HAARLEM, "kennisgeving-antwoord", 5),
    Habit(200, "kennisgeving-publiek", SHV, CRED, "kennisgeving-antwoord", 5),
    Habit(150, "saldoverzoek", SHV, TAX, "saldoverzoek-antwoord", 10),
    Habit(90, "betaalvoorstel", KBN, CRED, "betaalvoorstel-antwoord", 20),
    Habit(18, "incasso-ondanks-pauze", BEW, TAX, "statusbericht", None),
    Habit(2, "kennisgeving", SHV, CRED_WITHOUT_BSN, "kennisgeving-antwoord", 5),
)
#: Of a thousand messages.
ASKED, ANSWERED = 460, 915  # the rest says how something stands
REFUSED, EXPIRED, REFUSED_BY_HUB = 5, 3, 4
#: How many of the newest messages have no receipt yet, and how many of those lie in no inbox.
WAITING, KEPT = 2_000, 300
CASES_AT_ONCE: Final = 3_000


@dataclass
class _Asked:
    """A question that somebody may still answer."""

    message: Row
    habit: Habit


@dataclass
class Year:
    """Makes the rows of `messages` messages up to `end` (Unix microseconds), spread over `days`."""

    messages: int
    end: int
    days: int = 365
    seed: int = 1
    questions: list[Row] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    entries: int = 0

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)  # noqa: S311 - a measurement
        self._weights = [habit.weight for habit in HABITS]
        self._open: list[_Asked] = []
        self._later: list[tuple[int, int, Row]] = []

    def rows(self) -> Iterator[tuple[Row, list[Row]]]:
        """Each message, with the entries of the log up to it; `finish` gives the entries that come after the last."""
        step = self.days * DAY // self.messages
        for number in range(self.messages):
            at = self.end - (self.messages - number) * step
            message = self._message(at, waits=self.messages - number <= min(WAITING, self.messages // 4))
            entries = list(self._due(at))
            entries.append(self._indexed(_accepted(message)))
            if self._of_a_thousand(REFUSED_BY_HUB):
                entries.append(self._indexed(self._refused(message)))
            yield message, entries

    def finish(self) -> Iterator[Row]:
        """The entries that came after the last message; the questions are whole from then on."""
        yield from self._due(self.end + DAY)
        self.questions += [self._question(one, None) for one in self._open]

    # — messages ——————————————————————————————————————————————————————————————————————————————————————————————————————

    def _message(self, at: int, *, waits: bool) -> Row:
        """What somebody says at this moment, and what becomes of it."""
        which = self._chance.randrange(1000)
        if which < ASKED or not self._open:
            habit = self._chance.choices(HABITS, self._weights)[0]
            message = self._said(at, habit.asks, habit.sender, habit.recipient, self._case(), self._uuid4())
            self._outcome(message, waits=waits)
            self._open.append(_Asked(message, habit))
            return message
        place = self._chance.randrange(len(self._open))
        asked, habit = self._open[place].message, self._open[place].habit
        back = (asked["recipient_oin"], asked["source_oin"], asked["subject"], asked["correlationid"])
        if which >= ANSWERED or asked["state"] != State.ANSWERED or asked["outcome"] != "accepted":
            message = self._said(at, "statusbericht", *back)
            self._outcome(message, waits=waits)
            return message
        self._open[place] = self._open[-1]
        self._open.pop()
        message = self._said(at, habit.answers, *back) | {"causationid": asked["id"]}
        self._outcome(message, waits=waits)
        self.questions.append(self._question(_Asked(asked, habit), message))
        return message

    def _said(self, at: int, name: str, sender: str, to: str, case: str, conversation: str) -> Row:
        digest = f"{self._chance.getrandbits(256):064x}"
        return {
            "source_oin": sender,
            "id": self._uuid7(at),
            "signing_hash": digest,
            "refhash": f"sha-256:{digest}",
            "kid": f"{sender}/sig/a",
            "source": source_urn(sender, "proef"),
            "recipient_oin": to,
            "type": full_type(name),
            "dataschema": f"urn:hub:schema:{name}:1.0.0",
            "subject": case,
            "correlationid": conversation,
            "causationid": None,
            "sequence": at // 1000,
            "time": at - SECOND,
            "expirytime": at + 7 * DAY,
            "received": at,
            "state": State.ACCEPTED.value,
            "forwarded_at": None,
            "attempts": 1,
            "next_attempt": at + 600 * SECOND,
            "outcome": None,
            "outcome_code": None,
            "outcome_at": None,
            "receipt_id": None,
        }

    def _outcome(self, message: Row, *, waits: bool) -> None:
        at = message["received"]
        if waits:
            if not self._of_a_thousand(1000 * KEPT // WAITING):
                message |= {"state": State.FORWARDED.value, "forwarded_at": at + SECOND}
            return
        message["forwarded_at"] = at + SECOND
        if self._of_a_thousand(EXPIRED):
            gone = at + 7 * DAY
            if gone < self.end:
                message |= {"state": State.EXPIRED.value, "next_attempt": None}
                self._at(gone, {"kind": "expired", "ts": gone, "ref": message["id"], "src": message["source_oin"]})
                return
        refused = self._of_a_thousand(REFUSED)
        then = at + self._chance.randrange(2, 90) * SECOND
        outcome = ("refused", "schema_invalid") if refused else ("accepted", None)
        receipt = self._uuid7(then)
        message |= {"state": State.ANSWERED.value, "next_attempt": None, "outcome": outcome[0]}
        message |= {"outcome_code": outcome[1], "outcome_at": then, "receipt_id": receipt}
        entry = {"kind": "receipt", "ts": then, "id": receipt, "ref": message["id"], "src": message["recipient_oin"]}
        self._at(then, {**entry, "rcpt": message["source_oin"], "result": outcome[0], "code": outcome[1]})

    def _question(self, one: _Asked, answer: Row | None) -> Row:
        asked, stage = one.message, Stage.ANSWERED
        if answer is None:
            stage = {State.EXPIRED: Stage.EXPIRED, State.ANSWERED: Stage.DELIVERED}.get(
                State(asked["state"]), Stage.OPENED
            )
            stage = Stage.REFUSED if asked["outcome"] == "refused" else stage
            if stage in {Stage.REFUSED, Stage.EXPIRED} and not self._of_a_thousand(100):
                stage = Stage.CLOSED  # somebody looked after most of them
        delivered = asked["outcome_at"] if asked["outcome"] == "accepted" else None
        term = (one.habit.days or 10) * DAY * 7 // 5
        due = (delivered or asked["received"]) + (term if delivered else 3600 * SECOND)
        return {
            "source_oin": asked["source_oin"],
            "id": asked["id"],
            "recipient_oin": asked["recipient_oin"],
            "type": asked["type"],
            "subject": asked["subject"],
            "correlationid": asked["correlationid"],
            "received": asked["received"],
            "rest": int(one.habit.rest),
            "reply_types": full_type(one.habit.answers),
            "working_days": one.habit.days,
            "stage": stage.value,
            "since": answer["received"] if answer else asked["outcome_at"] or asked["received"],
            "delivered": delivered,
            "code": asked["outcome_code"],
            "answer": answer["id"] if answer else None,
            "warn_at": due - DAY if delivered else None,
            "attend_at": due if stage <= Stage.EXPIRED else NEVER,
            "rung": 0,
            "next_at": None,
        }

    # — the log ———————————————————————————————————————————————————————————————————————————————————————————————————————

    def _refused(self, message: Row) -> Row:
        entry = {"kind": "refused", "ts": message["received"], "id": self._uuid7(message["received"])}
        names = {"src": message["source_oin"], "rcpt": message["recipient_oin"], "type": message["type"]}
        return {**entry, **names, "code": "no_agreement"}

    def _at(self, when: int, entry: Row) -> None:
        heapq.heappush(self._later, (when, self._chance.getrandbits(60), entry))

    def _due(self, until: int) -> Iterator[Row]:
        while self._later and self._later[0][0] <= until:
            yield self._indexed(heapq.heappop(self._later)[2])

    def _indexed(self, entry: Row) -> Row:
        entry["leaf_index"] = self.entries
        self.entries += 1
        return entry

    # — chance ————————————————————————————————————————————————————————————————————————————————————————————————————————

    def _case(self) -> str:
        if len(self.cases) < CASES_AT_ONCE or self._chance.random() < 0.2:
            self.cases.append(self._uuid4())
            return self.cases[-1]
        return self.cases[-1 - self._chance.randrange(CASES_AT_ONCE)]

    def _of_a_thousand(self, count: int) -> bool:
        return self._chance.randrange(1000) < count

    def _uuid4(self) -> str:
        return _uuid(f"{self._chance.getrandbits(128):032x}", "4")

    def _uuid7(self, at: int) -> str:
        return _uuid(f"{at // 1000:012x}{self._chance.getrandbits(80):020x}", "7")


def _accepted(message: Row) -> Row:
    named = {"kind": "accepted", "ts": message["received"], "id": message["id"], "type": message["type"]}
    parties = {"src": message["source_oin"], "rcpt": message["recipient_oin"]}
    return {**named, **parties, "kid": message["kid"], "refhash": message["refhash"]}


def _uuid(digits: str, version: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{version}{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
