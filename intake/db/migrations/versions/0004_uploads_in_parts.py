"""An upload in parts goes on where it stopped; the same request again is told from another one under the same key."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submissions", sa.Column("letter_hmac", sa.String(length=64), nullable=True))
    op.add_column("submissions", sa.Column("file_fingerprint", sa.String(length=64), nullable=True))
    op.add_column("submissions", sa.Column("upload_id", sa.Text(), nullable=True))
    op.add_column("submissions", sa.Column("upload_part_bytes", sa.BigInteger(), nullable=True))
    op.add_column("submissions", sa.Column("upload_begun_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE submissions SET upload_begun_at = moved_at WHERE state = 'uploading'")


def downgrade() -> None:
    for name in ("upload_begun_at", "upload_part_bytes", "upload_id", "file_fingerprint", "letter_hmac"):
        op.drop_column("submissions", name)
