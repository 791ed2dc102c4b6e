"""The channels and messages of the road as an AsyncAPI 3.0 document, for partners' tools (wire.md 3).

Plain data and a small writer of YAML: the document needs mappings, strings and truth values, nothing else of YAML.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from schemas.messages import MODELS
from schemas.road import ROAD_MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: What a partner publishes to the hub, besides envelopes (wire.md 3, `typ` values).
_FROM_PARTNERS: Final = ("recipient-receipt", "claim-registration", "edge-status", "checkpoint-cosignature")
#: What a partner finds in its inbox, besides envelopes.
_TO_PARTNERS: Final = ("hub-receipt", "recipient-receipt", "hub-checkpoint", "hub-notice")
_KEPT: Final = {"durable": True, "autoDelete": False, "vhost": "hub"}


def asyncapi(schemas: Mapping[str, str]) -> str:
    """The whole document, as YAML text; `schemas` names the file of each payload's newest version.

    A newer version of a type takes all that an older one took, so the newest describes every message that may come.
    """
    envelopes = [model.message_type.name for model in MODELS.values()]
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "schuldhub: de weg",
            "version": "1.0.0",
            "description": (
                "Berichten over schuldenrust. Elk bericht is ondertekend, verzegeld en weer ondertekend; de schema's"
                " hieronder beschrijven de inhoud na openen, of de inhoud van een JWS van de weg zelf."
            ),
        },
        "defaultContentType": "application/jose",
        "channels": {
            "hubIn": _channel(
                "hub.in",
                "Exchange waarop ketenpartners publiceren.",
                [*envelopes, *_FROM_PARTNERS],
                bindings={"is": "routingKey", "exchange": {"name": "hub.in", "type": "topic", **_KEPT}},
            ),
            "inbox": _channel(
                "inbox.p-{oin}.{suffix}",
                "Inbox van één ketenpartner; de naam staat in de bundel die de hub uitgeeft.",
                [*envelopes, *_TO_PARTNERS],
                bindings={"is": "queue", "queue": {"exclusive": False, **_KEPT}},
                parameters={
                    "oin": {"description": "OIN van de ketenpartner."},
                    "suffix": {"description": "32 hexadecimale tekens."},
                },
            ),
        },
        "operations": {
            "publish": _operation("send", "hubIn", "Een ketenpartner biedt een bericht aan."),
            "receive": _operation("receive", "inbox", "Een ketenpartner leest zijn inbox."),
        },
        "components": {"messages": _messages(schemas)},
    }
    return "\n".join(_yaml(document, 0)) + "\n"


def _channel(
    address: str,
    description: str,
    names: list[str],
    *,
    bindings: dict[str, Any],
    parameters: dict[str, Any] | None = None,
) -> dict[str, Any]:
    written: dict[str, Any] = {"address": address, "description": description, "bindings": {"amqp": bindings}}
    if parameters:
        written["parameters"] = parameters
    written["messages"] = {name: {"$ref": f"#/components/messages/{name}"} for name in names}
    return written


def _operation(action: str, channel: str, summary: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}


def _messages(schemas: Mapping[str, str]) -> dict[str, Any]:
    titles = {model.message_type.name: model.model_config.get("title") for model in MODELS.values()}
    titles |= {name: model.model_config.get("title") for name, model in ROAD_MODELS.items()}
    return {
        name: {
            "name": name,
            "title": title,
            "contentType": "application/jose",
            "payload": {"$ref": f"./{schemas[name]}"},
        }
        for name, title in titles.items()
    }


def _yaml(value: dict[str, Any], depth: int) -> Iterator[str]:
    """The lines of a mapping; a string is written as JSON, which is YAML too."""
    indent = "  " * depth
    for name, held in value.items():
        key = name if name.isidentifier() or name.replace("-", "").isalnum() else json.dumps(name)
        if isinstance(held, dict):
            yield f"{indent}{key}:"
            yield from _yaml(held, depth + 1)
        else:
            yield f"{indent}{key}: {json.dumps(held, ensure_ascii=False)}"
