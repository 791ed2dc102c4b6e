"""The message types as data: what the hub may know of them, without any model of what they say (messages.md 1)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Every message type begins with this (wire.md 4, `type`).
TYPE_PREFIX: Final = "nl.schuldhulpverlening."


@dataclass(frozen=True, slots=True)
class MessageType:
    """One message type in one major version."""

    name: str
    """Kebab name, for instance `kennisgeving-publiek`."""
    major: int
    versions: tuple[str, ...]
    """Schema versions that are known and not withdrawn, newest last."""
    waits_for: frozenset[str] = frozenset()
    """Names of which one must have come earlier in the conversation; empty: waits for nothing."""
    state_setting: bool = False
    """An older one (by `sequence`) than one already applied is not acted on."""
    beside: bool = False
    """The state that it sets lies beside that of its conversation: it is older or newer than its own type alone."""
    closing: bool = False
    """Stays allowed in a conversation that was opened while an agreement allowed it (wire.md 8, check 15)."""
    matchable: bool = False
    """May carry a match token to a creditor (wire.md 10)."""

    @property
    def type(self) -> str:
        """The full name as in the envelope."""
        return f"{TYPE_PREFIX}{self.name}.v{self.major}"

    @property
    def dataschema(self) -> str:
        """The URN of its newest schema version."""
        return self.schema_urn(self.versions[-1])

    def schema_urn(self, version: str) -> str:
        """The URN of one schema version, as in the envelope's `dataschema`."""
        return f"urn:hub:schema:{self.name}:{version}"

    def version_named(self, dataschema: str) -> str | None:
        """The known version that has this URN, or nothing: withdrawn, of another type, or of a later release."""
        return next((version for version in self.versions if self.schema_urn(version) == dataschema), None)

    @property
    def accepts(self) -> str:
        """How a register entry names it: `<name>:<major>`."""
        return f"{self.name}:{self.major}"


_FIRST = ("1.0.0",)
_NOTICES = frozenset({"kennisgeving", "kennisgeving-publiek"})
_REGISTRATIONS = frozenset({"schuldenrust-aanmelding"})
_BALANCES = frozenset({"saldoverzoek"})
_PROPOSED = frozenset({"betaalvoorstel"})
_STARTED = frozenset({"bewind-gestart"})

_TYPES = (
    MessageType("schuldenrust-aanmelding", 1, _FIRST, state_setting=True),
    MessageType("schuldenrust-registratie", 1, _FIRST),
    MessageType(
        "schuldenrust-afmelding",
        1,
        _FIRST,
        waits_for=_REGISTRATIONS,
        state_setting=True,
        closing=True,
    ),
    MessageType("kennisgeving", 1, _FIRST, state_setting=True),
    MessageType("kennisgeving-publiek", 1, _FIRST, state_setting=True, matchable=True),
    MessageType("kennisgeving-antwoord", 1, _FIRST),
    MessageType("geen-medewerking", 1, _FIRST),
    MessageType("pauze-verlenging", 1, _FIRST, waits_for=_NOTICES, state_setting=True),
    MessageType("pauze-beeindiging", 1, _FIRST, waits_for=_NOTICES, state_setting=True, closing=True),
    MessageType("incasso-ondanks-pauze", 1, _FIRST),
    MessageType("statusbericht", 1, ("1.0.0", "1.1.0")),
    MessageType("statusverzoek", 1, _FIRST),
    MessageType("saldoverzoek", 1, _FIRST),
    MessageType("saldoverzoek-antwoord", 1, _FIRST),
    MessageType("betaalvoorstel", 1, _FIRST, waits_for=_BALANCES),
    MessageType("betaalvoorstel-antwoord", 1, _FIRST),
    MessageType("heroverweging", 1, _FIRST, waits_for=_PROPOSED),
    MessageType("schuldregeling-akkoord", 1, _FIRST, waits_for=_PROPOSED, state_setting=True),
    MessageType("schuldregeling-beeindigd", 1, _FIRST, waits_for=_PROPOSED, state_setting=True, closing=True),
    MessageType("verwijzing", 1, _FIRST),
    MessageType("verwijzing-status", 1, _FIRST, waits_for=frozenset({"verwijzing"}), state_setting=True),
    MessageType("bewind-gestart", 1, _FIRST),
    MessageType("bewind-dossier", 1, _FIRST, waits_for=_STARTED),
    MessageType("bewind-advies", 1, _FIRST, waits_for=frozenset({"bewind-dossier"})),
    MessageType("bewind-beeindigd", 1, _FIRST, waits_for=_STARTED, closing=True),
    MessageType("afkoelingsperiode", 1, _FIRST, waits_for=_NOTICES | _REGISTRATIONS, state_setting=True, beside=True),
    MessageType("fasewijziging", 1, _FIRST),
    MessageType("rustverzoek", 1, _FIRST),
)

#: Every message type that this release knows, by its full name.
CATALOGUE: Final[Mapping[str, MessageType]] = MappingProxyType({known.type: known for known in _TYPES})


def type_named(name: str) -> MessageType | None:
    """The newest major version of the type with this kebab or full name, or nothing."""
    found = [known for known in _TYPES if name in {known.name, known.type}]
    return max(found, key=lambda known: known.major, default=None)
