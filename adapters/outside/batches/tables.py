"""The two tables of an adapter that supplies files, under a name of its own in the ledger of its edge."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, MetaData, String, Table, Text


def batch_tables(name: str, metadata: MetaData) -> tuple[Table, Table]:
    """Rows that go out, and the files that they go out in."""
    row = Table(
        f"{name}_row",
        metadata,
        Column("key", String(80), primary_key=True),  # the idempotency key of the act outside
        Column("conversation", String(36), nullable=False),
        Column("message", String(36)),  # id of the message that it carries out; null for a question of our own
        Column("party", String(20), nullable=False),  # who sent that message
        Column("content", Text),  # cells as JSON; blanked when its batch was fetched
        Column("urgent", Boolean, nullable=False),
        Column("created", BigInteger, nullable=False),  # Unix microseconds
        Column("batch", String(36)),
        Index(f"{name}_row_batch", "batch", "created"),
    )
    batch = Table(
        f"{name}_batch",
        metadata,
        Column("id", String(36), primary_key=True),
        Column("content", LargeBinary),  # as it was made; blanked when it was fetched
        Column("made", BigInteger, nullable=False),
        Column("supplied", BigInteger),
        Column("fetched", BigInteger),
        Column("alarmed", Boolean, nullable=False),
    )
    return row, batch
