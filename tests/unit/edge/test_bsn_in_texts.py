from __future__ import annotations

import pytest

from adapters.minimisation import may_be_bsn


@pytest.mark.parametrize(
    "text",
    ["123456782", "1234.56.782", "123 456 782", "BSN 123456782", "bsn:123456782", "BSN123456782", "van 123456782, oud"],
)
def test_nine_digits_that_pass_the_elfproef_may_be_a_bsn(text: str) -> None:
    assert may_be_bsn(text)


@pytest.mark.parametrize(
    "text",
    [
        "123456789",  # does not pass
        "12345678",
        "1234567820",
        "Z123456782",  # a letter or dash before it: the number of somebody's own administration
        "F-123456782",
        "2026/123456782",
        "123456782-1",
        "SHV-2026-0101",
        "4471902",
        "NL91ABNA0417164300",
        "",
    ],
)
def test_other_numbers_are_not(text: str) -> None:
    assert not may_be_bsn(text)
