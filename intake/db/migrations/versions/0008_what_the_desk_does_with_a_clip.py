"""A clip is cut and turned without touching the original, has words of its own, and its history says what was done."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS: dict[str, dict[str, sa.types.TypeEngine[Any]]] = {
    "submissions": {
        "cut": sa.JSON(),
        "wanted_cut": sa.JSON(),
        "cut_found": sa.JSON(),
        "cleaner_key": sa.String(length=200),
        "poster_at_s": sa.Float(),
        "title": sa.String(length=120),
        "quote": sa.String(length=200),
        "sender_said": sa.JSON(),
    },
    "jobs": {"ended_at": sa.Float()},
    "events": {"changes": sa.JSON()},
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for table, columns in COLUMNS.items():
        for name in columns:
            op.drop_column(table, name)
