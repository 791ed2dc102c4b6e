"""The tables of the Kredietbank's adapter in the ledger of its edge: referrals, talks with creditors, what happened."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, String, Table, Text, UniqueConstraint

from adapters.migrations import Schema

METADATA = MetaData()
SCHEMA = Schema("kbn", METADATA, Path(__file__).parent / "migrations")

#: One conversation about one referral.
REFERRAL = Table(
    "kbn_referral",
    METADATA,
    Column("conversation", String(36), primary_key=True),
    Column("case", String(36), nullable=False),
    Column("message", String(36), nullable=False),  # id of the referral itself
    Column("requester", String(20), nullable=False),
    Column("person", Text),  # as balance requests will say it
    Column("urgent", Boolean, nullable=False),
    Column("standing", String(12), nullable=False),
    Column("number", Integer, nullable=False),  # of the last standing that was taken in
    Column("arrived", BigInteger, nullable=False),  # Unix microseconds
    Column("said_at", BigInteger, nullable=False),  # when the requester last heard how it stands
    Column("asked", Integer, nullable=False),  # how often we asked for a heartbeat
    Column("lapse", String(12)),  # the term about which somebody was told
)

#: The conversation with one creditor about settling what the person of one referral owes.
TALK = Table(
    "kbn_talk",
    METADATA,
    Column("conversation", String(36), primary_key=True),
    Column("referral", String(36), nullable=False),
    Column("party", String(20), nullable=False),
    UniqueConstraint("referral", "party"),
)

#: What happened there and was taken in; the digest tells the same from another thing under its number.
NEWS = Table(
    "kbn_news",
    METADATA,
    Column("referral", String(36), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
)
