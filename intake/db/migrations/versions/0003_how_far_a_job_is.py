"""How far an encode is stands on its job's row, for pages to show."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("progress_percent", sa.Integer(), nullable=True))
    op.add_column("jobs", sa.Column("progress_remaining_s", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "progress_remaining_s")
    op.drop_column("jobs", "progress_percent")
