"""What went wrong, as the NL API Design Rules want it said: `application/problem+json`, Dutch, never a value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:schuldhub:probleem:"
VERSION_HEADER: Final = "API-Version"


def problem(
    status: int,
    slug: str,
    title: str,
    detail: str,
    members: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer: a stable slug, words for a person, and members of one's own."""
    content = {"type": f"{TYPE_PREFIX}{slug}", "status": status, "title": title, "detail": detail, **(members or {})}
    return Response(json.dumps(content, ensure_ascii=False).encode(), status, headers, media_type=MEDIA_TYPE)
