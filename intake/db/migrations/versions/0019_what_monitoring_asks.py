"""What is tallied for monitoring, when a job was asked for, and the request that it goes back to."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nullable: the version before knows neither, and may still be writing.
    op.add_column("jobs", sa.Column("asked_at", sa.Float(), nullable=True))
    op.add_column("jobs", sa.Column("request_id", sa.String(length=36), nullable=True))
    op.create_table(
        "marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tally", sa.String(length=20), nullable=False),
        sa.Column("part", sa.String(length=30), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
    )
    op.create_table(
        "tallies",
        sa.Column("tally", sa.String(length=20), nullable=False),
        sa.Column("part", sa.String(length=30), nullable=False),
        sa.Column("bucket", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tally", "part", "bucket", name=op.f("pk_tallies")),
    )


def downgrade() -> None:
    op.drop_table("tallies")
    op.drop_table("marks")
    op.drop_column("jobs", "request_id")
    op.drop_column("jobs", "asked_at")
