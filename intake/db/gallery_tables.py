"""The only definition of the tables that serve the public alone: what lists find clips by, and how often all changed.

Triggers write them (`gallery_index.py`, `triggers.py`): nobody else does.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR

from intake.db.schema import metadata

SEARCH_INDEX: Final = "gallery_words"
"""How the names begin of all that finds words, as the desk's."""

# One narrow row a clip, there exactly as long as anybody may see it.
gallery_entries = Table(
    "gallery_entries",
    metadata,
    # When it was published first, in microseconds since 1970, and one more where that is taken. So newest first is one
    # number's order, the only one in which SQLite's index of words can be walked, and a page goes on behind one number.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("submission_id", ForeignKey("submissions.id"), nullable=False, unique=True),
    Column("call_slug", String(40), nullable=False),
    Column("organisation_kind", String(40), nullable=False),
    # Name, role, organisation, title and quote, to be found; on SQLite with marks of the rest (`gallery_index.py`).
    Column("words", Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
    Index("ix_gallery_entries_call_slug_id", "call_slug", "id"),
    Index("ix_gallery_entries_call_slug_organisation_kind_id", "call_slug", "organisation_kind", "id"),
)

gallery_versions = Table(
    "gallery_versions",
    metadata,
    # Counts changes of anything that public pages show of a call. A row a call, so that publishing in one never waits
    # for another; together they say whether anything changed at all.
    Column("call_slug", String(40), primary_key=True),
    Column("version", BigInteger, nullable=False),
)
