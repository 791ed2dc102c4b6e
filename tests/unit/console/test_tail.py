"""What many screens show alike is made once, until the log moves on."""

from __future__ import annotations

from itertools import count

from hub.console.live.tail import News, Tail
from hub.database import Database


def test_screens_at_the_same_place_that_ask_for_the_same_share_one_text() -> None:
    tail, numbers = Tail(Database("sqlite://")), count()

    def text(before: int, cursor: int, asked: str) -> str:
        return tail.text_once(before, News((), cursor, gap=False), asked, lambda: str(next(numbers)))

    assert [text(5, 9, "") for _ in range(20)] == ["0"] * 20
    assert text(5, 9, "partij=x") == "1"
    assert text(7, 9, "") == "2"
    assert text(5, 12, "") == "3"
    assert text(5, 9, "") == "0"
