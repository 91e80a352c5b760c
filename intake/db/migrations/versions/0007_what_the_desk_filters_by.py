"""What the desk filters and searches by, who looks at what, and jobs that may take more than others.

The triggers that fill `desk_entries` are put in place after the last migration, see `db/kept_tables.py`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COVERED = ["state", "moved_at", "submission_id", "call_slug", "organisation_kind", "language", "verdict"]


def upgrade() -> None:
    op.add_column("jobs", sa.Column("limits_factor", sa.Integer(), server_default="1", nullable=False))
    op.create_table(
        "looks",
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("staff_email", sa.String(length=254), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_looks_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "staff_email", name=op.f("pk_looks")),
    )
    op.create_index(op.f("ix_looks_seen_at"), "looks", ["seen_at"])
    op.create_table(
        "desk_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_slug", sa.String(length=40), nullable=False),
        sa.Column("organisation_kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=True),
        sa.Column("has_gallery", sa.Boolean(), nullable=False),
        sa.Column("has_social", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_desk_entries_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_entries")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_desk_entries_submission_id")),
    )
    op.create_index("ix_desk_entries_queue", "desk_entries", [*COVERED, "has_gallery", "has_social"])
    _index_words()


def _index_words() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE desk_words USING fts5"
            "(words, content = 'desk_entries', content_rowid = 'id',"
            " tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
        )
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE INDEX desk_words_trgm ON desk_entries USING gin (words gin_trgm_ops)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE desk_words")
    op.drop_table("desk_entries")
    op.drop_table("looks")
    op.drop_column("jobs", "limits_factor")
