"""The only definition of the tables. `migrations/` must end at exactly this; a test compares them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time. SQLite keeps no zone, so it is taken off going in and put back coming out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        """Turn what the database kept into an aware time."""
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


calls = Table(
    "calls",
    metadata,
    Column("slug", String(40), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("loaded_at", Moment, nullable=False),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("call_slug", ForeignKey("calls.slug"), nullable=False),
    Column("state", String(20), nullable=False),
    # Where a replacement or a submission that needs an operator came from, and may go back to.
    Column("came_from", String(20)),
    # Counts moves; a job bears the revision of the move that wrote it.
    Column("revision", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),
    # The sender's secret: its hash to look it up by, and sealed so that a repeated request can be answered alike.
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("token_sealed", Text, nullable=False),
    # The client's own name for it, and what it said under that name: the same request again is told from another.
    Column("submission_key", String(64)),
    Column("letter_hmac", String(64)),
    # What the sender told us. Erased when the submission is withdrawn.
    Column("given_name", String(100), nullable=False),
    Column("family_name", String(100), nullable=False),
    Column("role", String(150), nullable=False),
    Column("organisation", String(200), nullable=False),
    Column("organisation_kind", String(40), nullable=False),
    Column("email", String(254), nullable=False),
    Column("language", String(8), nullable=False),
    # What was said of the file that is held or, before the first receipt, of the one that is awaited.
    Column("file_name", String(255), nullable=False),
    Column("declared_bytes", BigInteger, nullable=False),
    # By which the sender's program knows the file again.
    Column("file_fingerprint", String(64)),
    # What is said of the file that is awaited, and where it goes.
    Column("upload_name", String(255)),
    Column("upload_bytes", BigInteger),
    Column("upload_fingerprint", String(64)),
    Column("upload_key", String(200)),
    # Of a file that comes in parts: what the storage calls its upload, and how large the parts are.
    Column("upload_id", Text),
    Column("upload_part_bytes", BigInteger),
    Column("upload_begun_at", Moment),
    # What is held since the receipt.
    Column("original_key", String(200)),
    Column("original_bytes", BigInteger),
    Column("original_sha256", String(64)),
    Column("received_at", Moment),
    # What the workers found and made.
    Column("checks", JSON),
    Column("video", JSON),
    Column("levels", JSON),
    Column("peaks", JSON),
    Column("stills", JSON),
    Column("waveform_key", String(200)),
    Column("review_key", String(200)),
    Column("review_sha256", String(64)),
    Column("review_plan", String(60)),
    # What a moderator decided; the reason is what the sender reads.
    Column("decision_reason", Text),
    Column("approved_sha256", String(64)),
    Column("poster", Integer, nullable=False, server_default="0"),
    # Of the desk: how the review copy was cut and turned, what is to be made of it next, what was found of what was
    # cut; the sound with less noise; the moment of the poster where it is none of the stills; words of the clip's own;
    # and what the sender typed where a moderator corrected it.
    Column("cut", JSON),
    Column("wanted_cut", JSON),
    Column("cut_found", JSON),
    Column("cleaner_key", String(200)),
    Column("poster_at_s", Float),
    Column("title", String(120)),
    Column("quote", String(200)),
    Column("sender_said", JSON),
    # The public clip. `publications` counts attempts at filing it, so that two never write the same keys.
    Column("clip_id", String(16), unique=True),
    Column("publications", Integer, nullable=False, server_default="0"),
    Column("published_revision", Integer),
    Column("published_at", Moment),
    Column("publication", JSON),
    # One submission for each key a client chose, so that a repeated request finds the first one's.
    UniqueConstraint("call_slug", "submission_key"),
    Index("ix_submissions_state_moved_at_id", "state", "moved_at", "id"),
    Index("ix_submissions_call_slug_state_published_at", "call_slug", "state", "published_at"),
)

AWAITED: Final = (
    "upload_name",
    "upload_bytes",
    "upload_fingerprint",
    "upload_key",
    "upload_id",
    "upload_part_bytes",
    "upload_begun_at",
)
"""Columns of `submissions` that say which file is to come, and how: empty while none is awaited."""

FOUND: Final = (
    "original_sha256",
    "checks",
    "video",
    "levels",
    "peaks",
    "stills",
    "waveform_key",
    "review_key",
    "review_sha256",
    "review_plan",
    "decision_reason",
    "approved_sha256",
    # A quote is taken from what is said in exactly this file.
    *("cut", "wanted_cut", "cut_found", "cleaner_key", "poster_at_s", "quote"),
)
"""Columns of `submissions` with what was found, made and decided of a file: empty until it is looked at, and again
when another file takes its place or everything is erased."""

consent_texts = Table(
    "consent_texts",
    metadata,
    # The words that consents were ever asked in, under their own hash. Added to and never changed: a call's file holds
    # only today's words.
    Column("text_sha256", String(64), primary_key=True),
    Column("words", Text, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("version", String(40), nullable=False),
    Column("language", String(8), nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("answered_at", Moment, nullable=False),
    Column("taken_back_at", Moment),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", ForeignKey("submissions.id"), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("max_attempts", Integer, nullable=False),
    # How often it was put back because something outside was down; only spaces the tries out.
    Column("postponed", Integer, nullable=False, server_default="0"),
    # Seconds since 1970 on the database's own clock.
    Column("run_after", Float, nullable=False),
    Column("hinted_at", Float),
    Column("lease_token", String(32)),
    Column("lease_until", Float),
    Column("last_error", Text),
    # How far the present attempt is, where it can tell; nothing while nobody holds the job.
    Column("progress_percent", Integer),
    Column("progress_remaining_s", Integer),
    # When it was done or given up, as `run_after`.
    Column("ended_at", Float),
    UniqueConstraint("submission_id", "kind", "revision"),
    Index("ix_jobs_state_run_after", "state", "run_after"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", ForeignKey("submissions.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(254), nullable=False),
    Column("before", String(20)),
    Column("after", String(20), nullable=False),
    Column("reason", Text),
    Column("note", Text),
    # What somebody did where it is no move, or more than one; and what changed by it.
    Column("deed", String(30)),
    Column("changes", JSON),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("seen_at", Float, nullable=False),
    Column("detail", JSON, nullable=False),
)

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
