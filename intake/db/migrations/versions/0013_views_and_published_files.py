"""Views are counted, and rows know what lies in the gallery bucket."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clip_views",
        sa.Column("clip_id", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "day", name=op.f("pk_clip_views")),
    )
    op.create_table(
        "views_read",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.Column("tail_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views_read")),
    )
    # Nothing is read yet.
    op.execute("INSERT INTO views_read (id, offset_bytes, tail_sha256) VALUES (1, 0, '')")
    op.create_table(
        "published_files",
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_published_files_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_published_files")),
    )


def downgrade() -> None:
    for name in ("published_files", "views_read", "clip_views"):
        op.drop_table(name)
