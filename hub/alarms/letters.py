"""What is told of alarms: a subject, a text for people, the same as data. Pure, in Dutch, nothing about a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.alarms.kinds import KINDS, Alarm, AlarmClass, AlarmKind
from hub.clock import named_id, rfc3339
from hub.conversations.questions import Question
from hub.wire.shortnames import case_code, short_type
from hub.workdays import AMSTERDAM

MOST_LINES: Final = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to tell: `id` is the same when it must be told again; `to` is empty for the operators themselves."""

    id: str
    subject: str
    text: str
    data: Mapping[str, object]
    to: tuple[str, ...] = ()


def alarm_letters(
    starts: Sequence[Alarm], ends: Sequence[Alarm], names: Mapping[str, str], console: str | None
) -> list[tuple[Letter, list[Alarm], list[Alarm]]]:
    """A letter for each occasion that is of class *nu*, one for all the others; with what each tells."""
    begun, over = _by_class(starts), _by_class(ends)
    found: list[tuple[Letter, list[Alarm], list[Alarm]]] = [
        *((alarm_letter([alarm], [], names, console), [alarm], []) for alarm in begun[0]),
        *((alarm_letter([], [alarm], names, console), [], [alarm]) for alarm in over[0]),
    ]
    if begun[1] or over[1]:
        found.append((alarm_letter(begun[1], over[1], names, console), begun[1], over[1]))
    return found


def _by_class(alarms: Sequence[Alarm]) -> tuple[list[Alarm], list[Alarm]]:
    """Those that are told each by itself; and the others, in front what hurts a resident."""
    at_once = [alarm for alarm in alarms if alarm.of is AlarmClass.NOW]
    others = [alarm for alarm in alarms if alarm.of is not AlarmClass.NOW]
    return at_once, sorted(others, key=lambda alarm: alarm.kind is not AlarmKind.PAUSE)


def alarm_letter(
    starts: Sequence[Alarm], ends: Sequence[Alarm], names: Mapping[str, str], console: str | None
) -> Letter:
    """One letter that says which alarms started and which are over."""
    lines = []
    if starts:
        lines += ["Begonnen:", *_some([_started(alarm, names) for alarm in starts]), ""]
    if ends:
        lines += ["Voorbij:", *_some([_ended(alarm, names) for alarm in ends]), ""]
    lines.append(f"Alle meldingen: {console}/alarmen" if console else "Alle meldingen: schuldhub alarms list")
    occasions = [*(("started", alarm) for alarm in starts), *(("cleared", alarm) for alarm in ends)]
    return Letter(
        named_id("letter", *(f"{word}:{alarm.id}" for word, alarm in occasions)),
        _subject(starts, ends, names),
        "\n".join(lines) + "\n",
        {"alarms": [_data(word, alarm, names) for word, alarm in occasions]},
    )


def escalation_letter(questions: Sequence[Question], to: tuple[str, ...], names: Mapping[str, str]) -> Letter:
    """What an organisation is told of questions that it left without an answer."""
    lines = [
        f"- {short_type(one.type)} van {names.get(one.sender, one.sender)}, dossier {case_code(one.case)}, "
        f"gevraagd op {moment_text(one.received)}" + (f", termijn tot {moment_text(one.due)}" if one.due else "")
        for one in questions
    ]
    text = [
        "Op deze vragen aan uw organisatie is niet op tijd geantwoord, of zij zijn niet opgehaald:",
        "",
        *_some(lines),
        "",
        "Op een antwoord kan rust voor een inwoner wachten. Wilt u nagaan waar deze vragen liggen?",
    ]
    return Letter(
        named_id("escalation", *(f"{one.sender}:{one.id}" for one in questions)),
        f"[schuldhub] {_so_many(len(questions), 'vraag wacht', 'vragen wachten')} op uw antwoord",
        "\n".join(text) + "\n",
        {},
        to,
    )


def _some(lines: Sequence[str]) -> list[str]:
    """No letter is longer than somebody reads."""
    more = [f"- en nog {len(lines) - MOST_LINES}"] if len(lines) > MOST_LINES else []
    return [*lines[:MOST_LINES], *more]


def _subject(starts: Sequence[Alarm], ends: Sequence[Alarm], names: Mapping[str, str]) -> str:
    if len(starts) + len(ends) == 1:
        alarm = [*starts, *ends][0]
        word = "" if starts else "voorbij: "
        now = "NU " if alarm.of is AlarmClass.NOW and starts else ""
        return f"[schuldhub] {now}{word}{alarm.title(names)}"
    return f"[schuldhub] {_so_many(len(starts), 'melding', 'meldingen')} begonnen, {len(ends)} voorbij"


def _so_many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _started(alarm: Alarm, names: Mapping[str, str]) -> str:
    return f"- {alarm.title(names)}, sinds {moment_text(alarm.started)}. {KINDS[alarm.kind].advice}"


def _ended(alarm: Alarm, names: Mapping[str, str]) -> str:
    until = moment_text(alarm.cleared) if alarm.cleared else "nu"
    return f"- {alarm.title(names)}, van {moment_text(alarm.started)} tot {until}."


def _data(word: str, alarm: Alarm, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "id": alarm.id,
        "event": word,
        "class": alarm.of.value,
        "kind": alarm.kind.value,
        "subject": alarm.subject.name,
        "oin": alarm.subject.oin,
        "title": alarm.title(names),
        "started": rfc3339(alarm.started),
        "cleared": rfc3339(alarm.cleared) if alarm.cleared else None,
    }


def moment_text(moment: datetime) -> str:
    """An instant as people in the Netherlands write it."""
    return f"{moment.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"
