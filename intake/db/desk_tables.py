"""The only definition of the tables that serve the desk alone: what it filters by, and who looks at what."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from intake.db.schema import Moment, metadata

SEARCH_INDEX: Final = "desk_words"
"""How the names begin of all that finds words: a virtual table of SQLite's and its parts, an index of PostgreSQL's.

Neither is a thing both databases know, so migrations make them by hand and `metadata` holds nothing of them.
"""

# One narrow row a submission, which triggers write (`desk_index.py`, `triggers.py`): nobody else does.
desk_entries = Table(
    "desk_entries",
    metadata,
    # An integer of its own, because SQLite's index of words knows rows by no other name.
    Column("id", Integer, primary_key=True),
    Column("submission_id", ForeignKey("submissions.id"), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("call_slug", String(40), nullable=False),
    Column("organisation_kind", String(40), nullable=False),
    Column("language", String(8), nullable=False),
    Column("verdict", String(10)),
    Column("has_gallery", Boolean, nullable=False),
    Column("has_social", Boolean, nullable=False),
    # Names, organisation, the address up to its @ and what staff wrote; on PostgreSQL folded (`words.py`).
    Column("words", Text, nullable=False),
    # Every filter is answered from this index, and no row is read for one that it keeps out.
    Index(
        "ix_desk_entries_queue",
        *("state", "moved_at", "submission_id", "call_slug", "organisation_kind", "language"),
        *("verdict", "has_gallery", "has_social"),
    ),
)

looks = Table(
    "looks",
    metadata,
    Column("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Column("staff_email", String(254), primary_key=True),
    Column("seen_at", Moment, nullable=False, index=True),
)
