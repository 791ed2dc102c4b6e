"""Who signs in and who is signed in, as tables of the site's own database.

Secrets stand here only as their SHA-256, so that who reads the database cannot take over a session.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table, Text

HASH: Final = String(64)  # hexadecimal SHA-256
SUBJECT: Final = String(255)  # as long as OpenID Connect lets `sub` be


class SessionTables:
    """The two tables, under names that begin with `prefix`."""

    def __init__(self, metadata: MetaData, prefix: str) -> None:
        self.sign_in = Table(
            f"{prefix}_sign_in",
            metadata,
            Column("state_hash", HASH, primary_key=True),
            Column("nonce", String(64), nullable=False),
            Column("verifier", String(128), nullable=False),
            Column("return_to", Text, nullable=False),
            Column("begun", BigInteger, nullable=False),
        )
        self.session = Table(
            f"{prefix}_session",
            metadata,
            Column("token_hash", HASH, primary_key=True),
            Column("csrf", String(64), nullable=False),
            Column("subject", SUBJECT, nullable=False),
            Column("name", String(255), nullable=False),
            Column("roles", String(120), nullable=False),
            Column("begun", BigInteger, nullable=False),
            Column("seen", BigInteger, nullable=False),
            Column("ends", BigInteger, nullable=False),
            Column("revoked", BigInteger),
            Index(f"{prefix}_session_subject", "subject"),
        )
