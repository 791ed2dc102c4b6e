"""What every answer tells a browser to refuse, whatever a page says: script and style of others, framing, guessing.

A pure ASGI layer around everything, error pages included, so that no route can forget it.
"""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

POLICY: Final = "; ".join(  # noqa: FLY002 - a line for each
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # not stricter: a form without an Origin could not be told from a stranger's
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS: Final = ("Strict-Transport-Security", "max-age=31536000")


class SecurityHeaders:
    """Adds the headers; what is not marked as a file to keep is not kept by anybody."""

    def __init__(self, app: Starlette, *, encrypted: bool) -> None:
        """`encrypted`: whether visitors reach us by https."""
        self.inner = app
        self._encrypted = encrypted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_ALWAYS)
                headers.setdefault("Cache-Control", "no-store")
                if self._encrypted:
                    headers[_HSTS[0]] = _HSTS[1]
            await send(message)

        await self.inner(scope, receive, send_with_headers)
