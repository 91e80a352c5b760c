"""The only definition of the tables, but for `people_tables`. `migrations/` must end at these; a test compares them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

import intake.db.figures_tables
import intake.db.gallery_tables
import intake.db.people_tables  # noqa: F401 - the rest of the same metadata
from intake.db.schema import Moment
from intake.db.schema import metadata as metadata  # noqa: PLC0414 - the whole of it, for who compares
from intake.db.watching_tables import heartbeats as heartbeats  # noqa: PLC0414 - one of those that everybody needs

calls = Table(
    "calls",
    metadata,
    Column("slug", String(40), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("loaded_at", Moment, nullable=False),
)

call_versions = Table(
    "call_versions",
    metadata,
    # Every document a call ever had, the present one too. Added to and never changed.
    Column("call_slug", ForeignKey("calls.slug"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    # A staff member's e-mail address, or `file` where it came from one.
    Column("actor", String(254), nullable=False),
    Column("document", JSON, nullable=False),
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
    # Answers to the fields of the call's own, by their names.
    Column("choices", JSON, nullable=False, server_default="{}"),
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
    # Who on the staff handed it in for its sender, whose own answers are asked for afterwards.
    Column("filed_by", String(254)),
    # Until when the decision can be undone, and nobody outside hears of it.
    Column("undo_until", Moment),
    Index("ix_submissions_filed_by", "filed_by"),
    # What is spoken in the clip: as its call says, until a moderator hears otherwise.
    Column("spoken_language", String(8), nullable=False, server_default="it"),
    # One submission for each key a client chose, so that a repeated request finds the first one's.
    UniqueConstraint("call_slug", "submission_key"),
    Index("ix_submissions_state_moved_at_id", "state", "moved_at", "id"),
    Index("ix_submissions_call_slug_state_published_at", "call_slug", "state", "published_at"),
    # The figures look at one week after the other, exports at one call.
    Index("ix_submissions_created_at_id", "created_at", "id"),
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
    # What it is about: a submission, or an errand of its own, a mail to staff or a call of a hook.
    Column("submission_id", ForeignKey("submissions.id")),
    Column("errand_id", String(36)),
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
    # How many times the usual deadline and memory its tools may take.
    Column("limits_factor", Integer, nullable=False, server_default="1"),
    # Of a mail that was done without being sent: what made it untrue before its turn came.
    Column("overtaken_by", String(20)),
    # When it was asked for, as `run_after`, which moves on with every try.
    Column("asked_at", Float),
    # The request that it goes back to, through whatever jobs came before it; empty where nobody asked.
    Column("request_id", String(36)),
    UniqueConstraint("submission_id", "kind", "revision"),
    UniqueConstraint("kind", "errand_id"),
    # In each state those of each kind, the longest due first: what the dispatcher looks through.
    Index("ix_jobs_state_kind_run_after_id", "state", "kind", "run_after", "id"),
)

_WORDS_OF_VISITORS: Final = text("cause = 'reported' AND note IS NOT NULL")

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
    # Why, where the two states do not tell.
    Column("cause", String(20)),
    # What is another by it: field, before, after.
    Column("changes", JSON),
    # Of a decision: which canned reason, whatever was made of its words; of a report: its kind; of a consent: which.
    Column("reason_code", Text),
    # Holds the few lines in which words of visitors stand, so that nothing else is written into it.
    Index("ix_events_reported_at", "at", sqlite_where=_WORDS_OF_VISITORS, postgresql_where=_WORDS_OF_VISITORS),
)

captions = Table(
    "captions",
    metadata,
    # On the clock of the original file. Erased with what the sender told us, and when another file takes its place.
    Column("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("vtt", Text, nullable=False),
    # Counts the times they were written, so that of two who edit at once the second is told.
    Column("version", Integer, nullable=False),
    Column("origin", String(10), nullable=False),
    Column("engine", String(100)),
    Column("updated_at", Moment, nullable=False),
    Column("updated_by", String(254), nullable=False),
    Column("checked_by", String(254)),
    Column("checked_at", Moment),
)
