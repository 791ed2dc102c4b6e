"""What a sender believes of its message must not depend on the order in which receipts come."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.receipts import News
from adapters.tables import Sent
from tests.world import HUB, SHV, TAX

ACCEPTED = News("id", "hash", "accepted", None, "hub", HUB)
REFUSED = News("id", "hash", "refused", "unknown_recipient", "hub", HUB)
EXPIRED = News("id", "hash", "expired", None, "hub", HUB)
DELIVERED = News("id", "hash", "delivered", None, "recipient", TAX)
DECLINED = News("id", "hash", "refused", "schema_invalid", "recipient", TAX)


def believed(*news: News, state: Sent = Sent.PUBLISHED) -> tuple[Sent, News | None]:
    """Where a message ends and by which news, when they come in this order."""
    row: Any = SimpleNamespace(state=state, refhash="hash", recipient=TAX)
    last = None
    for item in news:
        if item.fits(row):
            row.state, last = item.moves_to, item
    return row.state, last


@pytest.mark.parametrize(
    ("news", "end"),
    [
        ((ACCEPTED,), (Sent.ACCEPTED, ACCEPTED)),
        ((REFUSED,), (Sent.REFUSED, REFUSED)),
        ((REFUSED, ACCEPTED), (Sent.ACCEPTED, ACCEPTED)),  # another copy was accepted: that one will arrive
        ((REFUSED, ACCEPTED, DELIVERED), (Sent.SETTLED, DELIVERED)),
        ((ACCEPTED, EXPIRED), (Sent.EXPIRED, EXPIRED)),
        ((ACCEPTED, EXPIRED, DELIVERED), (Sent.SETTLED, DELIVERED)),  # a late receipt replaces `expired` (T2)
        ((ACCEPTED, EXPIRED, DECLINED), (Sent.SETTLED, DECLINED)),
        ((ACCEPTED, EXPIRED, REFUSED), (Sent.EXPIRED, EXPIRED)),
    ],
)
def test_the_end_is_the_same_in_every_order(news: tuple[News, ...], end: tuple[Sent, News]) -> None:
    assert {believed(*order) for order in itertools.permutations(news)} == {end}


def test_a_second_receipt_of_the_recipient_changes_nothing() -> None:
    assert believed(ACCEPTED, DELIVERED, DECLINED, EXPIRED) == (Sent.SETTLED, DELIVERED)
    assert believed(DECLINED, DELIVERED) == (Sent.SETTLED, DECLINED)


@pytest.mark.parametrize("code", ["quota_exceeded", "clock_skew"])
def test_a_refusal_that_passes_is_no_outcome(code: str) -> None:
    passing = News("id", "hash", "refused", code, "hub", HUB)
    assert believed(passing) == (Sent.PUBLISHED, None)
    assert believed(passing, ACCEPTED, passing) == (Sent.ACCEPTED, ACCEPTED)


def test_news_of_other_bytes_or_of_somebody_else_changes_nothing() -> None:
    assert believed(News("id", "other", "delivered", None, "recipient", TAX)) == (Sent.PUBLISHED, None)
    assert believed(News("id", "hash", "delivered", None, "recipient", SHV)) == (Sent.PUBLISHED, None)


def test_the_states_of_a_sender_only_go_up() -> None:
    assert list(Sent) == sorted(Sent)
