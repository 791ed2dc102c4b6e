"""What travels on the road besides sealed messages: receipts, edge status, notices, claims, checkpoints (wire.md 3).

Their member names are protocol words and so English on the wire too.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from schemas.road.log import CheckpointCosignature, HubCheckpoint
from schemas.road.matching import ClaimRegistration
from schemas.road.payload import RoadPayload
from schemas.road.receipts import HubReceipt, HubReceiptEntry, LogPlace, RecipientReceipt, RecipientReceiptEntry
from schemas.road.watch import EdgeStatus, EdgeVersions, HubNotice

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODELS: tuple[type[RoadPayload], ...] = (
    HubReceipt,
    RecipientReceipt,
    EdgeStatus,
    HubNotice,
    ClaimRegistration,
    HubCheckpoint,
    CheckpointCosignature,
)

#: The model of each payload, by its name (the JWS `typ` without `+jws`).
ROAD_MODELS: Final[Mapping[str, type[RoadPayload]]] = MappingProxyType({model.name: model for model in _MODELS})

__all__ = [
    "ROAD_MODELS",
    "CheckpointCosignature",
    "ClaimRegistration",
    "EdgeStatus",
    "EdgeVersions",
    "HubCheckpoint",
    "HubNotice",
    "HubReceipt",
    "HubReceiptEntry",
    "LogPlace",
    "RecipientReceipt",
    "RecipientReceiptEntry",
    "RoadPayload",
]
