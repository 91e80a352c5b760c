"""Until when a decision can be undone, and which canned reason it was."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submissions", sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("events", sa.Column("reason_code", sa.Text(), nullable=True))
    # Every week is counted anew: without decisions that were undone, and without anybody's own words.
    op.execute("DELETE FROM figures_seen")


def downgrade() -> None:
    op.drop_column("events", "reason_code")
    op.drop_column("submissions", "undo_until")
