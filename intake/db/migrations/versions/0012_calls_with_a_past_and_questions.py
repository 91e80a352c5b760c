"""Documents of calls are kept, calls ask questions, weeks are counted, checksums are remembered."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_versions",
        sa.Column("call_slug", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["call_slug"], ["calls.slug"], name=op.f("fk_call_versions_call_slug")),
        sa.PrimaryKeyConstraint("call_slug", "number", name=op.f("pk_call_versions")),
    )
    op.execute(
        "INSERT INTO call_versions (call_slug, number, at, actor, document)"
        " SELECT slug, 1, loaded_at, 'file', document FROM calls"
    )
    op.add_column("submissions", sa.Column("choices", sa.JSON(), nullable=False, server_default=json.dumps({})))
    op.create_index(op.f("ix_submissions_created_at_id"), "submissions", ["created_at", "id"])
    op.create_table(
        "weekly_figures",
        sa.Column("call_slug", sa.String(length=40), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(length=30), nullable=False),
        sa.Column("part", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("call_slug", "week", "measure", "part", name=op.f("pk_weekly_figures")),
    )
    op.create_index(op.f("ix_weekly_figures_week_call_slug"), "weekly_figures", ["week", "call_slug"])
    op.create_table(
        "figures_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figures_seen")),
    )
    op.create_table(
        "object_checksums",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("crc32", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_object_checksums")),
    )


def downgrade() -> None:
    for name in ("object_checksums", "figures_seen", "weekly_figures"):
        op.drop_table(name)
    op.drop_index(op.f("ix_submissions_created_at_id"), "submissions")
    op.drop_column("submissions", "choices")
    op.drop_table("call_versions")
