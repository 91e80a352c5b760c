"""Indexes by which the dispatcher finds due jobs of each kind, and old reports, without passing over all others.

The new one comes before the old one goes: whoever runs on the tables meanwhile is served by either.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_jobs_state_kind_run_after_id", "jobs", ["state", "kind", "run_after", "id"])
    op.drop_index("ix_jobs_state_run_after", table_name="jobs", if_exists=True)
    words_of_visitors = sa.text("cause = 'reported' AND note IS NOT NULL")
    op.create_index(
        "ix_events_reported_at",
        "events",
        ["at"],
        sqlite_where=words_of_visitors,
        postgresql_where=words_of_visitors,
    )


def downgrade() -> None:
    op.drop_index("ix_events_reported_at", table_name="events")
    op.create_index("ix_jobs_state_run_after", "jobs", ["state", "run_after"])
    op.drop_index("ix_jobs_state_kind_run_after_id", table_name="jobs")
