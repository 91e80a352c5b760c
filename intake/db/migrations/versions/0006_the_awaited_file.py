"""What is said of the file that is awaited is kept apart from what is said of the one that is held."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submissions", sa.Column("upload_name", sa.String(length=255), nullable=True))
    op.add_column("submissions", sa.Column("upload_bytes", sa.BigInteger(), nullable=True))
    op.add_column("submissions", sa.Column("upload_fingerprint", sa.String(length=64), nullable=True))
    op.execute(
        "UPDATE submissions SET upload_name = file_name, upload_bytes = declared_bytes,"
        " upload_fingerprint = file_fingerprint WHERE state = 'uploading'"
    )


def downgrade() -> None:
    for name in ("upload_fingerprint", "upload_bytes", "upload_name"):
        op.drop_column("submissions", name)
