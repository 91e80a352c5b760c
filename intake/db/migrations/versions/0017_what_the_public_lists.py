"""What the gallery's lists find clips by, and whether anything that public pages show has changed.

The triggers that fill these tables, and PostgreSQL's index of words, are put in place after the last migration, see
`db/kept_tables.py`.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PREFIXES = "1 2 3 4 5 6 7 8"
"""Beginnings of words with a list of their own, which is walked, not made: four letters took 18 ms of 100,000 clips."""


def upgrade() -> None:
    op.create_table(
        "gallery_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("call_slug", sa.String(length=40), nullable=False),
        sa.Column("organisation_kind", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_gallery_entries_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gallery_entries")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_gallery_entries_submission_id")),
    )
    op.create_index("ix_gallery_entries_call_slug_id", "gallery_entries", ["call_slug", "id"])
    op.create_index(
        "ix_gallery_entries_call_slug_organisation_kind_id", "gallery_entries", ["call_slug", "organisation_kind", "id"]
    )
    op.create_table(
        "gallery_versions",
        sa.Column("call_slug", sa.String(length=40), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("call_slug", name=op.f("pk_gallery_versions")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE gallery_words USING fts5"
            "(words, content = 'gallery_entries', content_rowid = 'id',"
            f" tokenize = 'unicode61 remove_diacritics 2', prefix = '{PREFIXES}')"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE gallery_words")
    op.drop_table("gallery_versions")
    op.drop_table("gallery_entries")
