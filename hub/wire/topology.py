"""The broker's objects and rights as pure data (wire.md 3): names, arguments, permissions.

Nothing here talks to a broker. Every value must hold on RabbitMQ 3.10 and 4.x alike. The hub declares everything,
partners declare nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Arguments: TypeAlias = Mapping[str, str | int | bool]

VHOST: Final = "hub"
HUB_USER: Final = "hub"
LANES_DEFAULT: Final = 8

INTAKE: Final = "hub.in"
LANES: Final = "hub.lanes"
OUT: Final = "hub.out"
DEAD_EXCHANGE: Final = "hub.dlx"
DEAD_QUEUE: Final = "hub.dead"
DEAD_KEY: Final = "dead"

NOTHING: Final = "^$"
LANE_LENGTH: Final = 200_000  # messages; a day of a busy region twice over waits here while the hub is away
INBOX_LENGTH: Final = 100_000  # messages; about 2 GB of sealed bytes at most for one partner that is away
DELIVERY_LIMIT: Final = 50  # then to hub.dead: far above what restarts of a consumer explain
DEAD_DELIVERY_LIMIT: Final = 1_000_000  # looking at a dead letter must not drop it; 4.x would after 20

_LANE = re.compile(r"hub\.lane\.[0-9]+")
_SUFFIX = "[0-9a-f]{32}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A durable exchange of kind `topic`, `direct` or `x-consistent-hash`."""

    name: str
    kind: str
    arguments: Arguments = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Queue:
    """A durable quorum queue."""

    name: str
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class Binding:
    """From an exchange to a queue, or to an exchange when `to_exchange`."""

    source: str
    destination: str
    key: str
    to_exchange: bool = False


@dataclass(frozen=True, slots=True)
class Permission:
    """What a user may do in the vhost: three regular expressions, always anchored (RabbitMQ does not anchor)."""

    user: str
    configure: str
    write: str
    read: str


@dataclass(frozen=True, slots=True)
class TopicPermission:
    """With which routing keys a user may publish to and bind to a topic exchange."""

    user: str
    exchange: str
    write: str
    read: str


@dataclass(frozen=True)
class Topology:
    """Everything of ours that stands in one vhost. Users have no password: their certificate is their log-in."""

    exchanges: Mapping[str, Exchange]
    queues: Mapping[str, Queue]
    bindings: frozenset[Binding]
    users: frozenset[str]
    permissions: Mapping[str, Permission]
    topic_permissions: Mapping[tuple[str, str], TopicPermission]

    @property
    def lanes(self) -> frozenset[str]:
        """The names of the lanes."""
        return frozenset(name for name in self.queues if _LANE.fullmatch(name))


def user_of(oin: str) -> str:
    """The broker user of a partner, which is the CN of its client certificate."""
    return f"p-{oin}"


def lane(number: int) -> str:
    """The queue of one lane, counted from 0."""
    return f"hub.lane.{number}"


def routing_key(oin: str, name: str) -> str:
    """With which a partner publishes to `hub.in`; `name` is the type, or the JWS `typ` without `+jws`."""
    return f"{user_of(oin)}.{name}"


def inbox_name(oin: str, suffix: str) -> str:
    """The queue of one partner; `suffix` is 32 random hex digits, so that nobody can ask whether it exists."""
    return f"inbox.{user_of(oin)}.{suffix}"


def desired(inboxes: Mapping[str, str], lanes: int = LANES_DEFAULT) -> Topology:
    """The whole topology for these partners.

    Args:
        inboxes: the name of the inbox by the OIN of its owner.
        lanes: how many lanes; changed only when all are drained.
    """
    lane_names = [lane(number) for number in range(lanes)]
    queues = [
        *(Queue(name, _lane_arguments()) for name in lane_names),
        *(Queue(name, _queue_arguments(INBOX_LENGTH)) for name in inboxes.values()),
        Queue(DEAD_QUEUE, {"x-queue-type": "quorum", "x-delivery-limit": DEAD_DELIVERY_LIMIT}),
    ]
    exchanges = [
        Exchange(INTAKE, "topic"),
        Exchange(LANES, "x-consistent-hash", {"hash-property": "correlation_id"}),
        Exchange(OUT, "direct"),
        Exchange(DEAD_EXCHANGE, "direct"),
    ]
    bindings = [
        Binding(INTAKE, LANES, "#", to_exchange=True),
        *(Binding(LANES, name, "1") for name in lane_names),  # the key is the weight of the lane
        *(Binding(OUT, name, oin) for oin, name in inboxes.items()),
        Binding(DEAD_EXCHANGE, DEAD_QUEUE, DEAD_KEY),
    ]
    permissions = [hub_permission(), *(partner_permission(oin) for oin in inboxes)]
    topics = [TopicPermission(HUB_USER, INTAKE, NOTHING, NOTHING), *(partner_topic(oin) for oin in inboxes)]
    return Topology(
        exchanges={exchange.name: exchange for exchange in exchanges},
        queues={queue.name: queue for queue in queues},
        bindings=frozenset(bindings),
        users=frozenset({HUB_USER, *(user_of(oin) for oin in inboxes)}),
        permissions={permission.user: permission for permission in permissions},
        topic_permissions={(topic.user, topic.exchange): topic for topic in topics},
    )


def partner_permission(oin: str) -> Permission:
    """A partner declares nothing, writes to `hub.in` and reads its own inbox."""
    return Permission(
        user_of(oin),
        configure=NOTHING,
        write=rf"^{re.escape(INTAKE)}$",
        read=rf"^inbox\.{user_of(oin)}\.{_SUFFIX}$",
    )


def partner_topic(oin: str) -> TopicPermission:
    """A partner publishes under its own name only."""
    return TopicPermission(user_of(oin), INTAKE, write=rf"^{user_of(oin)}\.[a-z0-9.-]+$", read=NOTHING)


def hub_permission() -> Permission:
    """The running hub reads the lanes and the dead letters and writes to `hub.out`; it declares nothing either.

    It asks for the depth of inboxes, for which brokers from 4.3.1 on want some right on the queue: to write to a queue
    is the one that allows nothing else (4.2.6 and 4.3.0 wanted `configure` there and cannot be used).
    """
    return Permission(
        HUB_USER,
        configure=NOTHING,
        write=rf"^({re.escape(OUT)}|inbox\.p-[0-9A-Z]{{20}}\.{_SUFFIX})$",
        read=rf"^({_LANE.pattern}|{re.escape(DEAD_QUEUE)})$",
    )


def _queue_arguments(length: int) -> Arguments:
    """What lanes and inboxes share: nothing in them is ever dropped, by length, by retries or by a restart."""
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": DEAD_EXCHANGE,
        "x-dead-letter-routing-key": DEAD_KEY,  # without it at-least-once dead-lettering hides messages for ever
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-max-length": length,
        "x-delivery-limit": DELIVERY_LIMIT,
    }


def _lane_arguments() -> Arguments:
    return {**_queue_arguments(LANE_LENGTH), "x-single-active-consumer": True}


@dataclass(frozen=True)
class Plan:
    """The way from what is present to what is desired. Lines are for people; the sets are what `apply` carries out.

    Attributes:
        missing: what must be created or set anew; importing it twice changes nothing.
        conflicts: objects that exist with other properties; they can only be made anew by hand, once empty.
        surplus: queues, bindings and rights that nothing asks for, each as a line; they are left alone.
        users_gone: users of ours that nothing asks for; removed only when told to.
        lanes_gone: lanes to delete. Together with missing lanes this is a change of their number.
        lanes_change: the number of lanes changes on a broker that has some: only when all are drained.
    """

    missing: Topology
    conflicts: tuple[str, ...]
    surplus: tuple[str, ...]
    users_gone: frozenset[str]
    lanes_gone: frozenset[str]
    lanes_change: bool

    @property
    def empty(self) -> bool:
        """Nothing is to be done."""
        return not (self.lines() or self.conflicts)

    def lines(self) -> list[str]:
        """One line for each thing that `apply` would do."""
        missing = self.missing
        return [
            *(f"+ exchange {name}" for name in sorted(missing.exchanges)),
            *(f"+ queue {name}" for name in sorted(missing.queues)),
            *(f"- queue {name}" for name in sorted(self.lanes_gone)),
            *(f"+ binding {b.source} -> {b.destination} ({b.key})" for b in sorted(missing.bindings, key=_order)),
            *(f"+ user {name}" for name in sorted(missing.users)),
            *(f"+ permission {name}" for name in sorted(missing.permissions)),
            *(f"+ topic permission {user} on {exchange}" for user, exchange in sorted(missing.topic_permissions)),
        ]


def difference(wanted: Topology, present: Topology) -> Plan:
    """What must be done so that `present` becomes `wanted`."""
    clashes = [
        *(f"exchange {name}" for name, e in wanted.exchanges.items() if present.exchanges.get(name, e) != e),
        *(f"queue {name}" for name, q in wanted.queues.items() if present.queues.get(name, q) != q),
    ]
    gone = present.lanes - wanted.lanes
    users_gone = present.users - wanted.users
    surplus = [
        *(f"queue {name}" for name in sorted(present.queues.keys() - wanted.queues.keys() - gone)),
        *(
            f"binding {b.source} -> {b.destination} ({b.key})"
            for b in sorted(present.bindings - wanted.bindings, key=_order)
            if b.destination in wanted.queues or b.destination in wanted.exchanges
        ),
        *(f"rights of {name}" for name in sorted(present.permissions.keys() - wanted.permissions.keys() - users_gone)),
    ]
    missing = Topology(
        exchanges={name: e for name, e in wanted.exchanges.items() if name not in present.exchanges},
        queues={name: q for name, q in wanted.queues.items() if name not in present.queues},
        bindings=wanted.bindings - present.bindings,
        users=wanted.users - present.users,
        permissions={u: p for u, p in wanted.permissions.items() if present.permissions.get(u) != p},
        topic_permissions={k: t for k, t in wanted.topic_permissions.items() if present.topic_permissions.get(k) != t},
    )
    lanes_change = bool(present.lanes) and present.lanes != wanted.lanes
    return Plan(missing, tuple(clashes), tuple(surplus), users_gone, gone, lanes_change)


def _order(binding: Binding) -> tuple[str, str, str]:
    return binding.source, binding.destination, binding.key
