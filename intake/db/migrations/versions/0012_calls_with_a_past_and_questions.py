"""Every document a call ever had is kept, and calls may ask questions of their own."""

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


def downgrade() -> None:
    op.drop_column("submissions", "choices")
    op.drop_table("call_versions")
