"""Long addresses in the history: it names staff by their e-mail address, which may have 254 characters."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("events") as events:
        events.alter_column(
            "actor", existing_type=sa.String(length=60), type_=sa.String(length=254), existing_nullable=False
        )


def downgrade() -> None:
    with op.batch_alter_table("events") as events:
        events.alter_column(
            "actor", existing_type=sa.String(length=254), type_=sa.String(length=60), existing_nullable=False
        )
