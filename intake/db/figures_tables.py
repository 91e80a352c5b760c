"""The tables behind the figures and the archive, and about files: which are public, which were deleted."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from intake.db.schema import Moment, metadata

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

clip_views = Table(
    "clip_views",
    metadata,
    # How often a published clip was begun on a day (UTC): a number, and nothing of who did. Erased with its clip.
    Column("clip_id", String(16), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("views", Integer, nullable=False),
)

views_read = Table(
    "views_read",
    metadata,
    # One row: up to which byte the proxy's log is counted, and what the bytes before it come to, by which the file is
    # known again under another name.
    Column("id", Integer, primary_key=True),
    Column("offset_bytes", BigInteger, nullable=False),
    Column("tail_sha256", String(64), nullable=False),
)

published_files = Table(
    "published_files",
    metadata,
    # What lies in the gallery bucket for a published clip, so that an archive need not ask the bucket.
    Column("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("files", JSON, nullable=False),
)

deletions = Table(
    "deletions",
    metadata,
    # What a clean-up deletes. Written before the first file goes, so that whoever dies half-way leaves the whole list.
    # Files go by their keys below the submission's or the clip's folder: no name that a person gave is among them.
    Column("id", Integer, primary_key=True),
    Column("submission_id", ForeignKey("submissions.id"), nullable=False),
    # The job that deletes, by its kind and the revision of the move that asked for it.
    Column("kind", String(30), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("asked_by", String(254), nullable=False),
    Column("files", JSON, nullable=False),
    # When all of it was gone, and the line of the history that says so.
    Column("deleted_at", Moment),
    Column("event_id", ForeignKey("events.id")),
    UniqueConstraint("submission_id", "kind", "revision"),
)
