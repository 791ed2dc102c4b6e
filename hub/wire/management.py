"""The broker's management API: reads what stands in a vhost and applies a topology to it.

Only set-up and tests come here, with an administrator's password; the running hub and the partners never do.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx2

from hub.errors import Code, RefusedError, UnavailableError
from hub.wire.topology import (
    HUB_USER,
    INTAKE,
    LANES,
    Binding,
    Exchange,
    Permission,
    Plan,
    Queue,
    TopicPermission,
    Topology,
    difference,
)

TIMEOUT_S = 15.0
STATISTICS_S = 6.0  # a quorum queue reports its depth every 5 s: zero is true only when it is still zero after that
OURS = ("hub.", "inbox.", "p-")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class QueueState:
    """How one queue stands, as of at most ten seconds ago."""

    messages: int
    consumers: int


class Management:
    """One broker's management API. Raises `broker_unavailable` when it does not answer, `settings_invalid` on refusal.

    Args:
        url: its address; anything but a loopback address must be `https`, for the password goes with every call.
        user: an administrator.
        password: of that user.
        tls: which authorities to trust for `https`; those of the system where None.
    """

    def __init__(self, url: str, user: str, password: str, tls: ssl.SSLContext | None = None) -> None:
        address = httpx2.URL(url)
        if address.scheme != "https" and address.host not in LOOPBACK:
            raise RefusedError(Code.SETTINGS_INVALID, f"management address {url} must be https")
        self.url = url
        self.user = user
        self.password = password
        self._client = httpx2.Client(
            base_url=address, auth=(user, password), timeout=TIMEOUT_S, trust_env=False, verify=tls or True
        )

    def __enter__(self) -> Self:
        """Use as a context, so that its connections close."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ready(self, port: int) -> bool:
        """The node answers and serves clients on this port."""
        try:
            answer = self._client.get(f"/api/health/checks/port-listener/{port}")
        except httpx2.TransportError:
            return False
        return answer.is_success

    def version(self) -> str:
        """The broker's version, for reports."""
        return str(self._call("GET", "/api/overview")["rabbitmq_version"])

    def vhosts(self) -> list[str]:
        """The names of all vhosts."""
        return [str(row["name"]) for row in self._call("GET", "/api/vhosts")]

    def add_vhost(self, vhost: str) -> None:
        """Make a vhost, and let the administrator declare things in it."""
        self._call("PUT", f"/api/vhosts/{_part(vhost)}", {"default_queue_type": "quorum"})
        self._call(
            "PUT",
            f"/api/permissions/{_part(vhost)}/{_part(self.user)}",
            {"configure": "^.*$", "write": "^.*$", "read": "^.*$"},
        )

    def delete_vhost(self, vhost: str) -> None:
        """Delete a vhost with all that is in it."""
        self._call("DELETE", f"/api/vhosts/{_part(vhost)}")

    def present(self, vhost: str) -> Topology:
        """What of ours stands in this vhost; an empty topology when the vhost is not there."""
        return _read_topology(self._call("GET", "/api/definitions"), vhost, self.user)

    def plan(self, vhost: str, wanted: Topology) -> Plan:
        """What `apply` would do."""
        return difference(wanted, self.present(vhost))

    def apply(self, vhost: str, wanted: Topology) -> Plan:
        """Make the vhost as wanted; a second time does nothing. Surplus things stay.

        Refuses (`settings_invalid`) when an object exists with other properties, and when the number of lanes changes
        while one of them holds a message.
        """
        if vhost not in self.vhosts():
            self.add_vhost(vhost)
        plan = self.plan(vhost, wanted)
        if plan.conflicts:
            raise RefusedError(Code.SETTINGS_INVALID, f"exists with other properties: {', '.join(plan.conflicts)}")
        if plan.lanes_change:
            self._change_lanes(vhost, plan)
        elif not plan.empty:
            self._import(vhost, plan.missing)
        return plan

    def queue(self, vhost: str, name: str) -> QueueState:
        """How many messages and consumers a queue has; `not_found` when there is none by that name."""
        row = self._call("GET", f"/api/queues/{_part(vhost)}/{_part(name)}")
        return QueueState(int(row.get("messages", 0)), int(row.get("consumers", 0)))

    def depths(self, vhost: str) -> dict[str, int]:
        """How many messages each queue holds, as of at most five seconds ago (`queue` may be ten seconds late)."""
        rows = self._call("GET", f"/api/queues/{_part(vhost)}?disable_stats=true&enable_queue_totals=true")
        return {str(row["name"]): int(row.get("messages", 0)) for row in rows}

    def delete_queue(self, vhost: str, name: str) -> None:
        """Delete a queue and what is in it.

        Not in the first seconds after the queue or its node came up: at-least-once dead-lettering of the whole node may
        stop then until it is restarted (seen on 3.10.8; rabbitmq-server issue 16652).
        """
        self._call("DELETE", f"/api/queues/{_part(vhost)}/{_part(name)}")

    def delete_user(self, user: str) -> None:
        """Delete a user: its certificate opens nothing any more, its open connections are closed."""
        self._call("DELETE", f"/api/users/{_part(user)}")

    def close_connections(self, user: str, reason: str) -> None:
        """Close every connection of a user by force."""
        self._call("DELETE", f"/api/connections/username/{_part(user)}", headers={"X-Reason": reason})

    def _change_lanes(self, vhost: str, plan: Plan) -> None:
        """Stop the intake, see that the lanes are empty and stay so, change their number, open the intake again.

        While it is closed a publish comes back as unroutable and its sender offers it again.
        """
        existing = sorted(self.present(vhost).lanes)
        self._require_drained(vhost, existing)
        intake = Binding(INTAKE, LANES, "#", to_exchange=True)
        path = f"/api/bindings/{_part(vhost)}/e/{INTAKE}/e/{LANES}"
        self._call("DELETE", f"{path}/{_part(_part(intake.key))}")
        try:
            time.sleep(STATISTICS_S)
            self._require_drained(vhost, existing)
            for name in plan.lanes_gone:
                self.delete_queue(vhost, name)
            self._import(vhost, plan.missing)
        finally:
            self._call("POST", path, {"routing_key": intake.key, "arguments": {}})

    def _require_drained(self, vhost: str, lanes: Iterable[str]) -> None:
        depths = self.depths(vhost)
        full = [name for name in lanes if depths[name]]
        if full:
            raise RefusedError(Code.SETTINGS_INVALID, f"lanes not drained: {', '.join(full)}")

    def _import(self, vhost: str, topology: Topology) -> None:
        self._call("POST", "/api/definitions", _definitions(vhost, topology))

    def _call(
        self, method: str, path: str, body: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:  # noqa: ANN401  (JSON of the broker; read by the callers)
        try:
            answer = self._client.request(method, path, json=body, headers=headers)
        except httpx2.TransportError:
            raise UnavailableError(Code.BROKER_UNAVAILABLE, self.url) from None
        if answer.status_code == httpx2.codes.NOT_FOUND:
            raise RefusedError(Code.NOT_FOUND, path)
        if answer.is_server_error:
            raise UnavailableError(Code.BROKER_UNAVAILABLE, f"{method} {path}: {answer.status_code}")
        if not answer.is_success:
            raise RefusedError(Code.SETTINGS_INVALID, f"{method} {path}: {answer.status_code}")
        return answer.json() if answer.content else None


def _part(name: str) -> str:
    return quote(name, safe="")


def _definitions(vhost: str, topology: Topology) -> dict[str, object]:
    """The broker's own form for importing everything in one request."""
    lasting = {"vhost": vhost, "durable": True, "auto_delete": False}
    return {
        "exchanges": [
            {**lasting, "name": e.name, "type": e.kind, "internal": False, "arguments": dict(e.arguments)}
            for e in topology.exchanges.values()
        ],
        "queues": [{**lasting, "name": q.name, "arguments": dict(q.arguments)} for q in topology.queues.values()],
        "bindings": [
            {
                "vhost": vhost,
                "source": b.source,
                "destination": b.destination,
                "destination_type": "exchange" if b.to_exchange else "queue",
                "routing_key": b.key,
                "arguments": {},
            }
            for b in topology.bindings
        ],
        # an empty hash is no password at all: the user can only come in by certificate
        "users": [{"name": name, "password_hash": "", "tags": ""} for name in topology.users],
        "permissions": [
            {"vhost": vhost, "user": p.user, "configure": p.configure, "write": p.write, "read": p.read}
            for p in topology.permissions.values()
        ],
        "topic_permissions": [
            {"vhost": vhost, "user": t.user, "exchange": t.exchange, "write": t.write, "read": t.read}
            for t in topology.topic_permissions.values()
        ],
    }


def _read_topology(definitions: Mapping[str, Any], vhost: str, administrator: str) -> Topology:
    """What of ours the broker says it has; a user with a password or a tag is not one of ours.

    Rights of anybody else in the vhost are read too, so that they show; only the administrator's own are expected.
    """

    def rows(kind: str) -> list[Any]:
        return [row for row in definitions.get(kind, []) if row.get("vhost") == vhost]

    permissions = [
        Permission(r["user"], r["configure"], r["write"], r["read"])
        for r in rows("permissions")
        if r["user"] != administrator
    ]
    topics = [TopicPermission(r["user"], r["exchange"], r["write"], r["read"]) for r in rows("topic_permissions")]
    return Topology(
        exchanges={
            r["name"]: Exchange(r["name"], r["type"], _arguments(r))
            for r in rows("exchanges")
            if r["name"].startswith(OURS)
        },
        queues={r["name"]: Queue(r["name"], _arguments(r)) for r in rows("queues") if r["name"].startswith(OURS)},
        bindings=frozenset(
            Binding(r["source"], r["destination"], r["routing_key"], to_exchange=r["destination_type"] == "exchange")
            for r in rows("bindings")
        ),
        users=frozenset(
            row["name"]
            for row in definitions.get("users", [])
            if (row["name"].startswith(OURS) or row["name"] == HUB_USER)
            and not row.get("password_hash")
            and not row["tags"]
        ),
        permissions={permission.user: permission for permission in permissions},
        topic_permissions={(topic.user, topic.exchange): topic for topic in topics},
    )


def _arguments(row: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, and whatever makes the object other than lasting, so that it never equals a desired one."""
    odd = {name: row[name] for name, usual in (("durable", True), ("auto_delete", False)) if row[name] is not usual}
    return {**row["arguments"], **odd}
