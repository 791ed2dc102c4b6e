from __future__ import annotations

from typing import Any

import pytest

from adapters.contract import check_fictitious, holds_bsn
from hub.errors import Code, RefusedError

FICTITIOUS: list[dict[str, Any]] = [
    {"bsn": "999001012"},
    {"personen": [{"bsn": "999001012"}]},
    {"klantnummerShv": "123456782"},  # not the place of a BSN
    {},
]
NOT: list[dict[str, Any]] = [{"bsn": "123456782"}, {"personen": [{"bsn": "999001012"}, {"bsn": "123456782"}]}]


@pytest.mark.parametrize("data", FICTITIOUS)
def test_fictitious_people_go_through_a_test(data: dict[str, Any]) -> None:
    check_fictitious(data, "test")


@pytest.mark.parametrize("data", NOT)
def test_a_bsn_that_may_be_somebodys_does_not(data: dict[str, Any]) -> None:
    check_fictitious(data, "production")
    with pytest.raises(RefusedError) as refused:
        check_fictitious(data, "test")
    assert refused.value.code is Code.BSN_NOT_ALLOWED
    assert "123456782" not in str(refused.value)


def test_a_bsn_is_found_at_any_depth() -> None:
    assert holds_bsn(NOT[1])
    assert not holds_bsn(FICTITIOUS[2])
