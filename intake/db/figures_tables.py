"""The tables behind the figures and the archive: what can be counted again from the submissions."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Float, Index, Integer, String, Table

from intake.db.schema import metadata

weekly_figures = Table(
    "weekly_figures",
    metadata,
    # What the submissions of one week come to, counted anew when one of them moves. Numbers only: nobody is in it.
    Column("call_slug", String(40), primary_key=True),
    # A Monday.
    Column("week", Date, primary_key=True),
    Column("measure", String(30), primary_key=True),
    Column("part", String(200), primary_key=True),
    Column("value", Float, nullable=False),
    Index("ix_weekly_figures_week_call_slug", "week", "call_slug"),
)

figures_seen = Table(
    "figures_seen",
    metadata,
    # One row: up to which move the weeks are counted.
    Column("id", Integer, primary_key=True),
    Column("event_id", Integer, nullable=False),
)

object_checksums = Table(
    "object_checksums",
    metadata,
    # The CRC-32 that an archive needs of each object, so that a download that broke off goes on where it was.
    Column("key", String(200), primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("crc32", BigInteger, nullable=False),
)
