"""The tables about staff and about other systems: invitations, alerts, hooks. `tables.py` has all the others."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from intake.db.schema import Moment, metadata

# People: who they are, who was invited, who was here when, who wants which mail.

staff = Table(
    "staff",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("password", String(255)),
    Column("active", Boolean, nullable=False),
    Column("fs_uniquifier", String(64), nullable=False, unique=True),
    Column("tf_primary_method", String(64)),
    Column("tf_totp_secret", String(255)),
    Column("mf_recovery_codes", JSON),
    Column("create_datetime", Moment),
)

roles = Table(
    "roles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("description", String(255)),
    Column("permissions", JSON),
)

staff_roles = Table(
    "staff_roles",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("role_id", ForeignKey("roles.id"), primary_key=True),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(254), nullable=False),
    Column("role", String(40), nullable=False),
    Column("language", String(8), nullable=False),
    Column("invited_by", String(254), nullable=False),
    Column("invited_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    # The secret of the link: its hash to look it up by, and sealed for the mail that carries it.
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("token_sealed", Text, nullable=False),
    Column("accepted_at", Moment),
    Column("taken_back_at", Moment),
)

staff_seen = Table(
    "staff_seen",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("seen_at", Moment, nullable=False),
)

staff_alerts = Table(
    "staff_alerts",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("new_clips", String(10), nullable=False),
    Column("waiting_clips", Boolean, nullable=False),
    Column("language", String(8), nullable=False),
    # When they asked for the present kind of mail: what came before is no news.
    Column("since", Moment, nullable=False),
)

staff_mails = Table(
    "staff_mails",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(30), nullable=False),
    # What there is one mail of this kind for: whoever asks again under the same occasion changes nothing.
    Column("occasion", String(100), nullable=False),
    Column("staff_id", ForeignKey("staff.id")),
    Column("invitation_id", ForeignKey("invitations.id")),
    Column("token_sealed", Text),
    Column("asked_at", Moment, nullable=False),
    UniqueConstraint("kind", "occasion"),
    Index("ix_staff_mails_staff_id_asked_at", "staff_id", "asked_at"),
)

told_clips = Table(
    "told_clips",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("mail_id", ForeignKey("staff_mails.id"), nullable=False, index=True),
)

# Hooks: who else is told of what happens, and each time they are.

hooks = Table(
    "hooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", String(500), nullable=False),
    Column("events", JSON, nullable=False),
    Column("secret_sealed", Text, nullable=False),
    Column("added_by", String(254), nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("removed_at", Moment),
    # Until when it is left alone, because it did not answer.
    Column("rests_until", Moment),
)

hook_deliveries = Table(
    "hook_deliveries",
    metadata,
    # By which the receiver knows it again.
    Column("id", String(36), primary_key=True),
    Column("hook_id", ForeignKey("hooks.id"), nullable=False),
    Column("submission_id", ForeignKey("submissions.id"), nullable=False),
    Column("event", String(30), nullable=False),
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("happened_at", Moment, nullable=False, index=True),
    Column("give_up_at", Moment, nullable=False),
    Column("delivered_at", Moment),
    # Why the last call did not get through, and the status it was answered with where it was answered.
    Column("trouble", String(30)),
    Column("answer", Integer),
    UniqueConstraint("hook_id", "submission_id", "revision"),
)
