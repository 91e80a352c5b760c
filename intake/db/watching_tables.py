"""The tables behind monitoring: who lives, and what all that happened comes to."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Integer, String, Table

from intake.db.schema import metadata

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("seen_at", Float, nullable=False),
    Column("detail", JSON, nullable=False),
)

marks = Table(
    "marks",
    metadata,
    # What happened and is not added up yet. Taken away when it is.
    Column("id", Integer, primary_key=True),
    Column("tally", String(20), nullable=False),
    Column("part", String(30), nullable=False),
    Column("value", Float, nullable=False),
)

tallies = Table(
    "tallies",
    metadata,
    # What all that happened comes to, for monitoring: numbers that only grow, and nobody's name.
    Column("tally", String(20), primary_key=True),
    Column("part", String(30), primary_key=True),
    Column("bucket", String(10), primary_key=True),
    Column("value", Float, nullable=False),
)
