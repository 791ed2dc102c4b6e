"""The small values of the protocol itself: ids, URNs, hashes, tokens (wire.md 4, 8, 10, 11)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from schemas.errors import Slug
from schemas.forms import Form, Parsed
from schemas.identifiers import DAY_PATTERN, OIN_PATTERN, TIME_PATTERN, read_instant, write_instant

WireTime = Annotated[
    datetime,
    Parsed(
        Slug.INSTANT_FORM, f"^{DAY_PATTERN}{TIME_PATTERN}Z$", 30, read_instant, write_instant, datetime, "date-time"
    ),
]
"""Instant as the protocol writes it: always Z (wire.md 4, `time`)."""

Uuid = Annotated[
    str,
    Form(Slug.UUID_FORM, "^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", 36),
]
"""UUID in lower case, versions 1 to 8 (wire.md 4, `id`)."""

OrganisationUrn = Annotated[str, Form(Slug.URN_FORM, f"^urn:nld:oin:{OIN_PATTERN}$", 32)]
"""`urn:nld:oin:<OIN>`."""

SystemUrn = Annotated[str, Form(Slug.URN_FORM, f"^urn:nld:oin:{OIN_PATTERN}:systeem:[a-z0-9][a-z0-9-]{{0,31}}$", 73)]
"""`urn:nld:oin:<OIN>:systeem:<name>` (wire.md 4, `source`)."""

BodyHash = Annotated[str, Form(Slug.HASH_FORM, "^sha-256:[0-9a-f]{64}$", 72)]
"""`sha-256:` and the lower-case hex of the exact body (wire.md 8, `refhash`)."""

HexHash = Annotated[str, Form(Slug.HASH_FORM, "^[0-9a-f]{64}$", 64)]
"""SHA-256 in lower-case hex."""

Base64Hash = Annotated[str, Form(Slug.HASH_FORM, "^[A-Za-z0-9+/]{43}=$", 44)]
"""SHA-256 in base64, as C2SP log files write it."""

Epoch = Annotated[str, Form(Slug.EPOCH_FORM, "^[0-9]{4}Q[1-4]$", 6)]
"""Quarter of a matching key (wire.md 4, `matchepoch`)."""

MatchToken = Annotated[str, Form(Slug.TOKEN_FORM, "^[A-Za-z0-9_-]{43}$", 43)]
"""43 base64url characters (wire.md 10)."""

Accepts = Annotated[str, Form(Slug.ACCEPTS_FORM, "^[a-z0-9]+(?:-[a-z0-9]+)*:[1-9][0-9]{0,3}$", 100)]
"""`<kebab>:<major>` of a message type (wire.md 9, `accepts`)."""

LogOrigin = Annotated[str, Form(Slug.LOG_FORM, "^[!-~]{1,200}/[0-9]{4}(?:/[1-9][0-9]{0,5})?$", 220)]
"""`<hub>/<UTC year>[/<n>]`: the name of one message log (wire.md 11)."""

CheckpointText = Annotated[str, Form(Slug.LOG_FORM, r"^[^\x00-\x09\x0b-\x1f\x7f]+\n$", 8192)]
"""A signed checkpoint: lines that end in LF (C2SP tlog-checkpoint)."""

CosignatureLine = Annotated[
    str, Form(Slug.LOG_FORM, r"^\u2014 [^\x00-\x20+\x7f]{1,200} [A-Za-z0-9+/]{20,400}={0,2}\n?$", 620)
]
"""One signature line of a witness: em dash, name, base64 (C2SP tlog-cosignature/v1)."""
