"""The broker's objects as data: names, arguments and rights as wire.md 3 writes them."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wire.topology import (
    Arguments,
    Binding,
    Exchange,
    Permission,
    Queue,
    TopicPermission,
    Topology,
    desired,
    difference,
    inbox_name,
    lane,
    partner_permission,
    partner_topic,
    routing_key,
    user_of,
)

ME = "00000099000000001000"
OTHER = "00000099000000002000"
INBOXES = {ME: inbox_name(ME, "a" * 32), OTHER: inbox_name(OTHER, "b" * 32)}
NOTHING = Topology({}, {}, frozenset(), frozenset(), {}, {})
OINS = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=20, max_size=20)

SHARED: Arguments = {
    "x-queue-type": "quorum",
    "x-dead-letter-exchange": "hub.dlx",
    "x-dead-letter-routing-key": "dead",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
    "x-delivery-limit": 50,
}


def test_names_are_those_of_the_protocol() -> None:
    assert user_of(ME) == "p-00000099000000001000"
    assert lane(3) == "hub.lane.3"
    assert routing_key(ME, "recipient-receipt") == "p-00000099000000001000.recipient-receipt"
    assert INBOXES[ME] == f"inbox.p-00000099000000001000.{'a' * 32}"


def test_the_exchanges_are_four() -> None:
    assert desired(INBOXES).exchanges == {
        "hub.in": Exchange("hub.in", "topic"),
        "hub.lanes": Exchange("hub.lanes", "x-consistent-hash", {"hash-property": "correlation_id"}),
        "hub.out": Exchange("hub.out", "direct"),
        "hub.dlx": Exchange("hub.dlx", "direct"),
    }


def test_there_are_eight_lanes_unless_told_otherwise() -> None:
    assert desired({}).lanes == {f"hub.lane.{n}" for n in range(8)}
    assert desired({}, 3).lanes == {"hub.lane.0", "hub.lane.1", "hub.lane.2"}


def test_a_lane_has_one_active_consumer_and_drops_nothing() -> None:
    arguments = desired({}).queues["hub.lane.0"].arguments
    assert arguments == {**SHARED, "x-single-active-consumer": True, "x-max-length": 200_000}


def test_an_inbox_drops_nothing() -> None:
    assert desired(INBOXES).queues[INBOXES[ME]].arguments == {**SHARED, "x-max-length": 100_000}


def test_the_dead_letters_have_nowhere_to_go_on_to() -> None:
    assert not [name for name in desired({}).queues["hub.dead"].arguments if name.startswith("x-dead-letter")]


def test_everything_is_bound_once() -> None:
    assert desired(INBOXES, 2).bindings == {
        Binding("hub.in", "hub.lanes", "#", to_exchange=True),
        Binding("hub.lanes", "hub.lane.0", "1"),
        Binding("hub.lanes", "hub.lane.1", "1"),
        Binding("hub.out", INBOXES[ME], ME),
        Binding("hub.out", INBOXES[OTHER], OTHER),
        Binding("hub.dlx", "hub.dead", "dead"),
    }


def test_every_user_has_rights_and_topic_rights() -> None:
    """A user without topic rights may publish under any key: the absence of a row allows."""
    topology = desired(INBOXES)
    assert topology.users == {"hub", user_of(ME), user_of(OTHER)}
    assert topology.permissions.keys() == topology.users
    assert topology.topic_permissions.keys() == {(user, "hub.in") for user in topology.users}


def test_the_rights_of_a_partner_are_those_of_the_protocol() -> None:
    permission = partner_permission(ME)
    assert permission.configure == "^$"
    assert permission.write == r"^hub\.in$"
    assert permission.read == r"^inbox\.p-00000099000000001000\.[0-9a-f]{32}$"
    assert partner_topic(ME) == TopicPermission(
        "p-00000099000000001000", "hub.in", write=r"^p-00000099000000001000\.[a-z0-9.-]+$", read="^$"
    )


def test_every_pattern_is_anchored() -> None:
    topology = desired(INBOXES)
    patterns = [p for row in topology.permissions.values() for p in (row.configure, row.write, row.read)]
    patterns += [p for row in topology.topic_permissions.values() for p in (row.write, row.read)]
    for pattern in patterns:
        assert pattern.startswith("^")
        assert pattern.endswith("$")
        assert pattern.count("|") == 0 or re.fullmatch(r"\^\(.*\)\$", pattern)


@given(mine=OINS, others=OINS, suffix=st.text("0123456789abcdef", min_size=32, max_size=32))
def test_the_rights_of_one_partner_never_fit_what_is_anothers(mine: str, others: str, suffix: str) -> None:
    permission, topic = partner_permission(mine), partner_topic(mine)
    assert bool(re.search(permission.read, inbox_name(others, suffix))) == (mine == others)
    assert bool(re.search(topic.write, routing_key(others, "hub-envelope"))) == (mine == others)


def test_an_empty_broker_needs_everything() -> None:
    plan = difference(desired(INBOXES, 2), NOTHING)
    assert plan.missing == desired(INBOXES, 2)
    assert not plan.lanes_change
    assert "+ queue hub.lane.1" in plan.lines()
    assert f"+ binding hub.out -> {INBOXES[ME]} ({ME})" in plan.lines()
    assert len(plan.lines()) == 4 + 5 + 6 + 3 + 3 + 3


def test_a_broker_as_wanted_needs_nothing() -> None:
    plan = difference(desired(INBOXES), desired(INBOXES))
    assert plan.empty
    assert plan.lines() == []


def test_a_new_partner_adds_only_what_is_its_own() -> None:
    plan = difference(desired(INBOXES), desired({ME: INBOXES[ME]}))
    assert {line.split()[1] for line in plan.lines()} == {"queue", "binding", "user", "permission", "topic"}
    assert all(OTHER in line for line in plan.lines())


def test_widened_rights_are_set_back() -> None:
    present = desired(INBOXES)
    wide = dataclasses.replace(present.permissions[user_of(ME)], read=".*")
    altered = dataclasses.replace(present, permissions={**present.permissions, wide.user: wide})
    plan = difference(present, altered)
    assert plan.lines() == [f"+ permission {user_of(ME)}"]
    assert plan.missing.permissions[user_of(ME)] == partner_permission(ME)


def test_an_object_with_other_properties_is_a_conflict() -> None:
    present = desired(INBOXES)
    queues = {**present.queues, "hub.dead": Queue("hub.dead", {"x-queue-type": "classic"})}
    exchanges = {**present.exchanges, "hub.out": Exchange("hub.out", "fanout")}
    plan = difference(present, dataclasses.replace(present, queues=queues, exchanges=exchanges))
    assert plan.conflicts == ("exchange hub.out", "queue hub.dead")
    assert not plan.empty


def test_what_nobody_asks_for_is_shown_and_left_alone() -> None:
    plan = difference(desired({ME: INBOXES[ME]}), desired(INBOXES))
    assert plan.surplus == (f"queue {INBOXES[OTHER]}",)
    assert plan.users_gone == {user_of(OTHER)}
    assert plan.empty


def test_a_binding_that_would_leak_letters_shows() -> None:
    present = desired(INBOXES)
    leak = Binding("hub.out", INBOXES[ME], OTHER)
    plan = difference(present, dataclasses.replace(present, bindings=present.bindings | {leak}))
    assert plan.surplus == (f"binding hub.out -> {INBOXES[ME]} ({OTHER})",)


def test_rights_of_a_stranger_show() -> None:
    present = desired(INBOXES)
    stranger = Permission("guest", ".*", ".*", ".*")
    plan = difference(present, dataclasses.replace(present, permissions={**present.permissions, "guest": stranger}))
    assert plan.surplus == ("rights of guest",)


@pytest.mark.parametrize(("before", "after", "gone"), [(2, 3, set()), (3, 2, {"hub.lane.2"})])
def test_another_number_of_lanes_is_a_change_of_lanes(before: int, after: int, gone: set[str]) -> None:
    plan = difference(desired({}, after), desired({}, before))
    assert plan.lanes_change
    assert plan.lanes_gone == gone
    assert not plan.surplus
