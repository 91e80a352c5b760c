"""What overtook a mail that was not sent, and why another system was not told."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("overtaken_by", sa.String(length=20), nullable=True))
    op.add_column("hook_deliveries", sa.Column("trouble", sa.String(length=30), nullable=True))
    op.add_column("hook_deliveries", sa.Column("answer", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("hook_deliveries", "answer")
    op.drop_column("hook_deliveries", "trouble")
    op.drop_column("jobs", "overtaken_by")
