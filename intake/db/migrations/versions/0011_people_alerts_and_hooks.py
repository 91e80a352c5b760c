"""Invitations, who was here when, alerts, hooks; and jobs that are about one of these instead of a submission."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("submission_id", existing_type=sa.String(length=36), nullable=True)
        jobs.add_column(sa.Column("errand_id", sa.String(length=36), nullable=True))
        jobs.create_unique_constraint("uq_jobs_kind_errand_id", ["kind", "errand_id"])
    _create_staff_tables()
    _create_mail_tables()
    _create_hook_tables()


def _create_staff_tables() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("invited_by", sa.String(length=254), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("token_sealed", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_sha256", name="uq_invitations_token_sha256"),
    )
    op.create_table(
        "staff_seen",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_seen_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff_seen"),
    )
    op.create_table(
        "staff_alerts",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("new_clips", sa.String(length=10), nullable=False),
        sa.Column("waiting_clips", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_alerts_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff_alerts"),
    )


def _create_mail_tables() -> None:
    op.create_table(
        "staff_mails",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("occasion", sa.String(length=100), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("token_sealed", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_mails_staff_id"),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitations.id"], name="fk_staff_mails_invitation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_mails"),
        sa.UniqueConstraint("kind", "occasion", name="uq_staff_mails_kind_occasion"),
    )
    op.create_index("ix_staff_mails_staff_id_asked_at", "staff_mails", ["staff_id", "asked_at"])
    op.create_table(
        "told_clips",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_told_clips_staff_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_told_clips_submission_id"),
        sa.ForeignKeyConstraint(["mail_id"], ["staff_mails.id"], name="fk_told_clips_mail_id"),
        sa.PrimaryKeyConstraint("staff_id", "submission_id", "revision", name="pk_told_clips"),
    )
    op.create_index("ix_told_clips_mail_id", "told_clips", ["mail_id"])


def _create_hook_tables() -> None:
    op.create_table(
        "hooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("added_by", sa.String(length=254), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_hooks"),
    )
    op.create_table(
        "hook_deliveries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("hook_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hook_id"], ["hooks.id"], name="fk_hook_deliveries_hook_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_hook_deliveries_submission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hook_deliveries"),
        sa.UniqueConstraint(
            "hook_id", "submission_id", "revision", name="uq_hook_deliveries_hook_id_submission_id_revision"
        ),
    )
    op.create_index("ix_hook_deliveries_happened_at", "hook_deliveries", ["happened_at"])


def downgrade() -> None:
    for name in ("hook_deliveries", "hooks", "told_clips", "staff_mails", "staff_alerts", "staff_seen", "invitations"):
        op.drop_table(name)
    op.execute("DELETE FROM jobs WHERE submission_id IS NULL")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_constraint("uq_jobs_kind_errand_id", type_="unique")
        jobs.drop_column("errand_id")
        jobs.alter_column("submission_id", existing_type=sa.String(length=36), nullable=False)
