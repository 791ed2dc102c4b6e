"""The promises of an endpoint, each tried once: what is sent, what must come back, and what came."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from adapters.partner_kit.letters import Letters, Talk, other_signature
from adapters.partner_kit.post import Post, Said
from hub.clock import new_id, new_pseudonym, rfc3339
from hub.wire.postmark import refhash_of
from hub.wire.seal import Event
from schemas.catalogue import MessageType

Outcome = Literal["kept", "broken", "not tested"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one promise."""

    promise: str
    sent: str
    expected: str
    outcome: Outcome
    found: str


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what must come, and for what must not, in seconds."""

    wait_s: float = 30.0
    quiet_s: float = 3.0


class Kit:
    """Tries everything that one partner promises."""

    def __init__(self, letters: Letters, post: Post, talk: Talk, patience: Patience) -> None:
        self._letters = letters
        self._post = post
        self._talk = talk
        self._patience = patience
        self._clock = post.office.clock

    async def run(self) -> list[Finding]:
        """Every promise, one after another: a partner that is slow in one is not disturbed by the next."""
        promises: Sequence[Callable[[], Awaitable[Finding]]] = (
            self.well_formed,
            self.answered,
            self.duplicate,
            self.reordered,
            self.other_signature_inside,
            self.unopenable,
            self.other_attribute_inside,
            self.payload_that_does_not_fit,
            self.expired,
            self.other_postmark,
            self.unknown_type,
            self.no_agreement,
            self.id_again,
        )
        return [await promise() for promise in promises]

    # — what the partner itself must do ————————————————————————————————————————————————————————————————————————————

    async def well_formed(self) -> Finding:
        """A letter as it should be is stored, and a receipt says so."""
        event = self._letters.event(self._talk.opening, self._talk.payload)
        body = await self._sent(event)
        came = await self._partner_says(body)
        return _finding("stores what it is sent", self._talk.opening.name, "accepted", came, ("accepted", None))

    async def answered(self) -> Finding:
        """It answers in the same conversation, naming the message that it answers."""
        promise, expected = "answers what asks for an answer", " or ".join(sorted(map(_short, self._talk.replies)))
        if not self._talk.replies:
            return Finding(promise, self._talk.opening.name, "no answer is agreed", "not tested", "")
        event = self._letters.event(self._talk.opening, self._talk.payload)
        await self._sent(event)
        found = await self._post.comes(lambda: bool(self._answers(event)), self._patience.wait_s)
        if not found:
            note = "none came in time: its system may take longer than this test waits"
            return Finding(promise, self._talk.opening.name, expected, "not tested", note)
        names = {_short(name) for name, _ in self._answers(event)}
        right = all(cause in {event.id, None} for _, cause in self._answers(event))
        outcome: Outcome = "kept" if right else "broken"
        return Finding(promise, self._talk.opening.name, expected, outcome, ", ".join(sorted(names)))

    async def duplicate(self) -> Finding:
        """The same letter again changes nothing: every receipt says the same, and nothing is answered twice."""
        event = self._letters.event(self._talk.opening, self._talk.payload)
        body = await self._sent(event)
        first = await self._partner_says(body)
        await self._post.comes(lambda: bool(self._answers(event)), self._patience.quiet_s)
        answers = len(self._answers(event))
        await self._post.send(body, event.type, event.id, event.correlationid)
        await self._post.comes(lambda: len(self._answers(event)) > max(answers, 1), self._patience.quiet_s)
        said = self._post.by_partner[refhash_of(body)]
        same = first is not None and set(said) == {first}
        once = len(self._answers(event)) <= max(answers, len(self._talk.replies) or 1)
        found = f"{len(said)} receipts, {len(self._answers(event))} answers"
        outcome: Outcome = "kept" if same and once else "broken"
        return Finding("acts once on a duplicate", "the same bytes twice", "one outcome", outcome, found)

    async def reordered(self) -> Finding:
        """What needs an earlier message waits for it without a receipt, and is taken when it has come."""
        promise, sent = "keeps the order of a conversation", "the second letter first"
        expected = "no receipt before the first has come, then accepted"
        follow = self._talk.follow_up
        if follow is None or self._talk.opening.name not in follow.waits_for:
            return Finding(promise, sent, expected, "not tested", "nothing that it accepts waits for another")
        case, conversation = f"urn:uuid:{new_pseudonym()}", new_pseudonym()
        now = int(self._clock.now().timestamp() * 1000)
        same = {"subject": case, "correlationid": conversation}
        second = self._letters.event(follow, self._talk.follow_payload, sequence=str(now + 1), **same)
        first = self._letters.event(self._talk.opening, self._talk.payload, sequence=str(now), **same)
        body = await self._sent(second)
        early = await self._post.comes(lambda: bool(self._post.by_partner[refhash_of(body)]), self._patience.quiet_s)
        await self._sent(first)
        came = await self._partner_says(body)
        if early:
            return Finding(promise, sent, expected, "broken", f"a receipt before the first: {_text(came)}")
        return _finding(promise, sent, expected, came, ("accepted", None))

    async def other_signature_inside(self) -> Finding:
        """A document that somebody altered is refused, though its envelope is genuine."""
        event = self._opening()
        body = self._letters.spoiled(event, document=other_signature)
        return await self._partner_refuses(event, body, "an altered signature in the seal", "inner_signature")

    async def unopenable(self) -> Finding:
        """A seal that does not open is never said to be stored: held with an alarm, or refused."""
        event = self._opening()
        body = self._letters.spoiled(event, sealed=other_signature)
        await self._post.send(body, event.type, event.id, event.correlationid)
        came = await self._post.comes(lambda: bool(self._post.by_partner[refhash_of(body)]), self._patience.quiet_s)
        said = self._post.by_partner[refhash_of(body)]
        right = not came or {one for one, _ in said} == {"refused"}
        outcome: Outcome = "kept" if right else "broken"
        expected = "held without a receipt, or refused: open_failed"
        return Finding("opens nothing that was altered", "a seal that does not open", expected, outcome, _all(said))

    async def other_attribute_inside(self) -> Finding:
        """What is signed inside must be what the envelope says."""
        event = self._opening()
        body = self._letters.spoiled(event, inner={"subject": f"urn:uuid:{new_pseudonym()}"})
        return await self._partner_refuses(event, body, "another case inside than outside", "attribute_mismatch")

    async def payload_that_does_not_fit(self) -> Finding:
        """A payload that its schema does not allow is refused, and never acted on."""
        event = self._letters.event(self._talk.opening, {**self._talk.payload, "onbekend": "proef"})
        body = self._letters.sealed(event)
        return await self._partner_refuses(event, body, "a member that the schema does not know", "schema_invalid")

    # — what the hub keeps from it ——————————————————————————————————————————————————————————————————————————————————

    async def expired(self) -> Finding:
        """What is past its time never comes."""
        now = self._clock.now()
        past = {"time": rfc3339(now - timedelta(hours=2)), "expirytime": rfc3339(now - timedelta(hours=1))}
        event = self._letters.event(self._talk.opening, self._talk.payload, **past)
        return await self._hub_refuses(event, self._letters.sealed(event), "an expired letter", "expired")

    async def other_postmark(self) -> Finding:
        """An envelope that somebody altered never comes."""
        event = self._opening()
        body = other_signature(self._letters.sealed(event))
        return await self._hub_refuses(event, body, "an altered postmark", "bad_signature")

    async def unknown_type(self) -> Finding:
        """A schema that nobody knows never comes."""
        schema = f"urn:hub:schema:{self._talk.opening.name}:1.99.0"
        event = self._letters.event(self._talk.opening, self._talk.payload, dataschema=schema)
        return await self._hub_refuses(event, self._letters.sealed(event), "an unknown schema", "schema_unknown")

    async def no_agreement(self) -> Finding:
        """What no agreement allows never comes."""
        forbidden: MessageType | None = self._letters.forbidden()
        if forbidden is None:
            sent, expected = "a type that no agreement allows", "refused: no_agreement"
            return Finding(
                "is sent nothing without an agreement", sent, expected, "not tested", "everything is allowed"
            )
        event = self._letters.event(forbidden, {"toelichting": "proef"})
        return await self._hub_refuses(event, self._letters.sealed(event), forbidden.name, "no_agreement")

    async def id_again(self) -> Finding:
        """Another letter under the same id never comes."""
        event = self._opening()
        await self._sent(event)
        other = self._letters.sealed(event)
        return await self._hub_refuses(event, other, "another letter with the same id", "id_reused")

    # — the steps ——————————————————————————————————————————————————————————————————————————————————————————————————

    def _opening(self) -> Event:
        return self._letters.event(self._talk.opening, self._talk.payload)

    async def _sent(self, event: Event) -> bytes:
        body = self._letters.sealed(event)
        await self._post.send(body, event.type, event.id, event.correlationid)
        return body

    async def _partner_says(self, body: bytes) -> Said | None:
        heard = self._post.by_partner[refhash_of(body)]
        await self._post.comes(lambda: bool(heard), self._patience.wait_s)
        return heard[0] if heard else self._refused_by_hub(body)

    def _refused_by_hub(self, body: bytes) -> Said | None:
        refused = [said for said in self._post.by_hub[refhash_of(body)] if said[0] != "accepted"]
        return (f"{refused[0][0]} by the hub", refused[0][1]) if refused else None

    def _answers(self, event: Event) -> list[tuple[str, str | None]]:
        here = (one for one in self._post.answers if one.conversation == event.correlationid)
        return [(one.type, one.causation) for one in here if one.type in self._talk.replies]

    async def _partner_refuses(self, event: Event, body: bytes, sent: str, code: str) -> Finding:
        await self._post.send(body, event.type, event.id, event.correlationid)
        came = await self._partner_says(body)
        return _finding("refuses what is not right", sent, f"refused: {code}", came, ("refused", code))

    async def _hub_refuses(self, event: Event, body: bytes, sent: str, code: str) -> Finding:
        await self._post.send(body, event.type, event.id or new_id(self._clock), event.correlationid)
        heard = self._post.by_hub[refhash_of(body)]
        await self._post.comes(lambda: bool(heard), self._patience.wait_s)
        reached = self._post.by_partner[refhash_of(body)]
        came = reached[0] if reached else (heard[0] if heard else None)
        return _finding("is spared what the road refuses", sent, f"refused: {code}", came, ("refused", code))


def _finding(promise: str, sent: str, expected: str, came: Said | None, wanted: Said) -> Finding:
    outcome: Outcome = "kept" if came == wanted else "broken"
    return Finding(promise, sent, expected, outcome, _text(came))


def _text(said: Said | None) -> str:
    if said is None:
        return "nothing came in time"
    return said[0] if said[1] is None else f"{said[0]}: {said[1]}"


def _all(said: Sequence[Said]) -> str:
    return ", ".join(_text(one) for one in said) or "no receipt"


def _short(name: str) -> str:
    return name.split(".")[-2]
