"""Why a move was made where its states do not tell, and who handed a clip in for its sender."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("cause", sa.String(length=20), nullable=True))
    op.add_column("submissions", sa.Column("filed_by", sa.String(length=254), nullable=True))
    op.create_index("ix_submissions_filed_by", "submissions", ["filed_by"])


def downgrade() -> None:
    op.drop_index("ix_submissions_filed_by", table_name="submissions")
    op.drop_column("submissions", "filed_by")
    op.drop_column("events", "cause")
