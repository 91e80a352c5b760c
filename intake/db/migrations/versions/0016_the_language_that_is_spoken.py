"""What is spoken in a clip, apart from the language of its sender's pages."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    spoken = sa.Column("spoken_language", sa.String(length=8), nullable=False, server_default="it")
    op.add_column("submissions", spoken)
    # What was taken for it until now: captions and public pages go on saying the same.
    op.execute("UPDATE submissions SET spoken_language = language")


def downgrade() -> None:
    op.drop_column("submissions", "spoken_language")
