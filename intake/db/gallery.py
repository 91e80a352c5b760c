"""The only place that asks which clips are public, in what order, and which of them a visitor looks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, func, or_, select

from intake.db import queries
from intake.db.queries import IS_PUBLIC
from intake.db.tables import submissions

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from intake.domain.calls import CallSlug
    from intake.domain.submissions import ClipId, Submission

_NEWEST_FIRST: Final = (submissions.c.published_at.desc(), submissions.c.id.desc())


@dataclass(frozen=True, kw_only=True)
class PublicFilter:
    """Which published clips a gallery page shows.

    Attributes:
        words: Every word must occur in the name, role or organisation.
        after: The clip the page before ended with.
    """

    kind: str | None = None
    words: tuple[str, ...] = ()
    after: ClipId | None = None


def public_clips(connection: Connection, call_slug: CallSlug, wanted: PublicFilter, *, limit: int) -> list[Submission]:
    """Return published clips, newest first."""
    query = (
        select(submissions).where(IS_PUBLIC, submissions.c.call_slug == call_slug).order_by(*_NEWEST_FIRST).limit(limit)
    )
    if wanted.kind:
        query = query.where(submissions.c.organisation_kind == wanted.kind)
    for word in wanted.words:
        query = query.where(_mentions(word))
    if wanted.after:
        query = query.where(_published_before(wanted.after))
    return queries.submissions_of(connection, query)


def clips_beside(connection: Connection, clip: Submission, *, limit: int) -> list[Submission]:
    """Return other published clips of the same call, newest first; those of the same kind of organisation before."""
    alike = PublicFilter(kind=clip.sender.organisation_kind)
    # One more than wanted: the clip itself is among them.
    found = [
        *public_clips(connection, clip.call_slug, alike, limit=limit + 1),
        *public_clips(connection, clip.call_slug, PublicFilter(), limit=2 * limit + 1),
    ]
    others = {other.id: other for other in found if other.id != clip.id}
    return list(others.values())[:limit]


def newest_public_clips(connection: Connection, *, after: ClipId | None, limit: int) -> list[Submission]:
    """Return the published clips of all calls, newest first, from behind *after* on."""
    query = select(submissions).where(IS_PUBLIC).order_by(*_NEWEST_FIRST).limit(limit)
    return queries.submissions_of(connection, query.where(_published_before(after)) if after else query)


def every_nth_public_clip(connection: Connection, step: int) -> list[ClipId]:
    """Return each clip that has *step* clips, twice that, and so on, up to and with it, newest first; not the last."""
    numbered = (
        select(
            submissions.c.clip_id,
            func.row_number().over(order_by=_NEWEST_FIRST).label("number"),
            func.count().over().label("count"),
        )
        .where(IS_PUBLIC)
        .subquery()
    )
    query = select(numbered.c.clip_id).where(numbered.c.number % step == 0, numbered.c.number < numbered.c["count"])
    return list(connection.scalars(query.order_by(numbered.c.number)))


def _mentions(word: str) -> ColumnElement[bool]:
    columns = ("given_name", "family_name", "role", "organisation")
    return or_(*(submissions.c[name].icontains(word, autoescape=True) for name in columns))


def _published_before(clip_id: ClipId) -> ColumnElement[bool]:
    last = select(submissions.c.published_at, submissions.c.id).where(submissions.c.clip_id == clip_id).subquery()
    published_at, submission_id = select(last.c.published_at).scalar_subquery(), select(last.c.id).scalar_subquery()
    return or_(
        submissions.c.published_at < published_at,
        and_(submissions.c.published_at == published_at, submissions.c.id < submission_id),
    )
