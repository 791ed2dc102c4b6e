"""Whether a line is private: encrypted, or within this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def encrypted_or_loopback(url: str) -> bool:
    """Whether nobody between can listen in."""
    parts = urlsplit(url)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def is_loopback(host: str) -> bool:
    """Whether this is a name or address of the machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
