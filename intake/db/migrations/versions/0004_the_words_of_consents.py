"""The words of consents are kept under their hash, those of the calls that are loaded now to begin with."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    texts = op.create_table(
        "consent_texts",
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("text_sha256", name=op.f("pk_consent_texts")),
    )
    # Now, for the next thing an upgrade does is to load the calls that ship, perhaps in other words.
    words = {hashlib.sha256(text.encode()).hexdigest(): text for text in _loaded()}
    op.bulk_insert(texts, [{"text_sha256": text_sha256, "words": text} for text_sha256, text in words.items()])


def downgrade() -> None:
    op.drop_table("consent_texts")


def _loaded() -> list[str]:
    documents = op.get_bind().execute(sa.text("SELECT document FROM calls")).scalars()
    calls = [json.loads(document) if isinstance(document, str) else document for document in documents]
    return [text for call in calls for consent in call["consents"] for text in consent["text"].values()]
