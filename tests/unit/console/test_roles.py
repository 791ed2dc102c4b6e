"""What an issuer's claim gives, and nothing more."""

from __future__ import annotations

import pytest

from hub.console.roles import ROLE_NAMES, Role
from hub.web.signin import roles_of

MAPPING = {"schuldhub-lezers": "reader", "schuldhub-beheer": "administrator"}


@pytest.mark.parametrize(
    ("claim", "roles"),
    [
        (["schuldhub-lezers"], {Role.READER}),
        ("schuldhub-beheer", {Role.ADMINISTRATOR}),
        (["schuldhub-lezers", "schuldhub-beheer", "anders"], {Role.READER, Role.ADMINISTRATOR}),
        (["administrator"], set()),
        (None, set()),
        ({"schuldhub-lezers": True}, set()),
        ([["schuldhub-lezers"], 7], set()),
    ],
)
def test_only_names_of_the_mapping_give_a_role(claim: object, roles: set[Role]) -> None:
    assert roles_of(claim, MAPPING) == roles


def test_every_role_has_its_dutch_name() -> None:
    assert set(ROLE_NAMES) == set(Role)
