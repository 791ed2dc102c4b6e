"""The *Uitleg* of a message: state, cause, who must act, the next automatic step and its time, in plain Dutch. Pure.

It says the same as `hub.messagelog.reading.standing`, which decides cause and who must act; here are only the words.
The hub says *afgeleverd*, never *veilig*: whether an answer means rest is known only to who asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from hub.console import phrases, words
from hub.messagelog.reading.standing import Cause, Facts, MessageState, Standing, standing_of
from hub.operations.evidence import Attributes, Evidence
from hub.operations.evidence import Cause as EvidenceCause
from hub.wire.postmark import BY_HUB

_LATE: Final = "hub"
_SENDER: Final = "sender"
_TROUBLED: Final = frozenset({_LATE, _SENDER, "administrator"})


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an operator wants to know of one message."""

    state: str
    tone: words.Tone
    why: str
    cause: str
    who: str
    next_step: str
    at: datetime | None


def explanation_of(facts: Facts, sender: str, recipient: str | None, now: datetime) -> Explanation:
    """Where this leaves everybody; `sender` and `recipient` are names for the screen."""
    standing = standing_of(facts, now)
    why, next_step = _words(facts, standing)
    return Explanation(
        state=words.STATES[facts.state],
        tone=_tone(facts, standing),
        why=why,
        cause=words.CAUSES[standing.cause],
        who=_who(standing, sender, recipient or "de ontvanger"),
        next_step=next_step,
        at=standing.at,
    )


def _tone(facts: Facts, standing: Standing) -> words.Tone:
    """A message that is on its way is no alarm, unless the time of its next step has passed."""
    troubled = standing.who in {_LATE, _SENDER, "administrator"} and facts.state in {
        MessageState.ACCEPTED,
        MessageState.FORWARDED,
    }
    return "warning" if troubled else words.TONES[facts.state]


def _who(standing: Standing, sender: str, recipient: str) -> str:
    names = {
        "nobody": "niemand",
        "nobody yet": "nog niemand: het gaat vanzelf",
        "sender": sender,
        "recipient": recipient,
        "hub": "de beheerder van de hub, nu",
        "administrator": f"een beheerder: hervat {recipient} zodra het kan",
    }
    return names[standing.who]


def _words(facts: Facts, standing: Standing) -> tuple[str, str]:
    """Why it stands there, and what happens next by itself."""
    match facts.state:
        case MessageState.ACCEPTED:
            return _accepted(facts, standing)
        case MessageState.FORWARDED:
            return _forwarded(facts, standing)
        case MessageState.DELIVERED:
            why = "De ontvanger heeft het geopend, gecontroleerd en bewaard. De hub kent de inhoud niet."
            return why, "Geen: de weg heeft zijn werk gedaan."
        case MessageState.EXPIRED:
            return (
                "Een dag na de uiterste tijd was er nog geen ontvangstbewijs. De afzender heeft daar bericht van.",
                "Een ontvangstbewijs dat nog komt, vervangt dit. De afzender maakt een nieuw als de zaak het vraagt.",
            )
        case MessageState.REFUSED:
            return words.reason_of(facts.code), _after_refusal(facts, standing)


def _accepted(facts: Facts, standing: Standing) -> tuple[str, str]:
    if facts.paused:
        return (
            "De hub bewaart het bericht, omdat een beheerder de ontvanger heeft gepauzeerd.",
            "Geen, tot de ontvanger hervat wordt. Dan gaat het vanzelf verder, in volgorde.",
        )
    why = "De hub heeft het bericht bewaard. De postbus van de ontvanger heeft het nog niet bevestigd."
    if standing.who == _LATE:
        return f"{why} De hub had het al weer moeten aanbieden.", _STANDS_STILL
    return why, "De hub biedt het opnieuw aan de postbus aan."


def _forwarded(facts: Facts, standing: Standing) -> tuple[str, str]:
    why = "Het ligt in de postbus van de ontvanger. De ontvanger heeft nog geen ontvangstbewijs gestuurd."
    if standing.who == _LATE:
        return f"{why} De hub had al weer moeten kijken.", _STANDS_STILL
    if standing.who == _SENDER:
        return f"{why} De uiterste tijd is voorbij.", "De hub meldt de afzender dat het bericht verlopen is."
    if facts.paused:
        return why, "Geen, zolang de ontvanger gepauzeerd is: de hub biedt het niet opnieuw aan."
    return why, "De hub biedt het opnieuw aan als de postbus dan leeg is."


_STANDS_STILL: Final = "Geen, zolang de hub stilstaat. Draai „schuldhub check” op de hub."


def _after_refusal(facts: Facts, standing: Standing) -> str:
    if facts.by == "recipient":
        return "Geen: de afzender maakt een nieuw bericht."
    if standing.who == "nobody yet":
        return "De afzender biedt dezelfde bytes vanzelf opnieuw aan."
    return "Geen: een weigering wordt niet onthouden, de afzender mag het opnieuw aanbieden."


# — evidence ——————————————————————————————————————————————————————————————————————————————————————————————————————

_STAYS: Final = "Geen. Bewijs verloopt nooit en blijft liggen tot iemand beslist."
_OFFERED: Final = "De afzender biedt hetzelfde bericht vanzelf opnieuw aan, tot hij weet wat ervan werd."
_EVIDENCE: Final[Mapping[EvidenceCause, tuple[str, Cause, str, str]]] = MappingProxyType(
    {
        EvidenceCause.LANE: (
            "De hub begon er vijftig keer aan zonder het af te maken, of de afzender liet het in de wachtrij verlopen.",
            "us",
            "de beheerder van de hub: zoek uit waarop zij vastliep, voor u vrijgeeft",
            _OFFERED,
        ),
        EvidenceCause.INBOX: (
            "De ontvanger gaf het aan de broker terug, of nam het vijftig keer aan zonder het te bewaren.",
            "partner",
            "een behandelaar: bel de ontvanger, en geef vrij als zijn kant weer werkt",
            "De hub legt haar eigen exemplaar opnieuw in de postbus zodra die leeg is.",
        ),
        EvidenceCause.ROW: (
            "De database weigerde dit bericht te bewaren. Alleen de vingerafdruk is hier; de afzender heeft het nog.",
            "us",
            "de beheerder van de hub: kijk naar de database",
            _OFFERED,
        ),
    }
)


def explanation_of_group(cause: EvidenceCause) -> Explanation:
    """Why bodies of this cause lie in quarantine."""
    why, whose, who, step = _EVIDENCE[cause]
    return Explanation("in quarantaine", "warning", why, words.CAUSES[whose], who, step, None)


def explanation_of_evidence(one: Evidence, attributes: Attributes | None) -> Explanation:
    """Why a body lies in quarantine, who must act, and what happens by itself."""
    if one.settlement is not None:
        said, tone = phrases.SETTLEMENTS[one.settlement]
        why = "Er is over beslist. Het stuk blijft als bewijs bewaard."
        return Explanation(said, tone, why, words.CAUSES["none"], "niemand", "Geen.", None)
    state: tuple[str, words.Tone] = ("wordt vrijgegeven", "busy") if one.claimed_by else ("in quarantaine", "warning")
    why, cause, who, step = _EVIDENCE[one.cause]
    if attributes is None and one.body is not None:
        why, step = f"{why} Het is niet te lezen als een bericht van deze weg.", _STAYS
    elif attributes is not None and attributes.typ in BY_HUB:
        step = "Wie dit bericht van de hub mist, vraagt er vanzelf opnieuw om."
    return Explanation(*state, why, words.CAUSES[cause], who, step, None)
