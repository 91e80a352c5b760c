"""The only place that reads about staff: who they are, who was invited, who wants which mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, or_, select

from intake.db.people_tables import (
    invitations,
    roles,
    staff,
    staff_alerts,
    staff_mails,
    staff_roles,
    staff_seen,
    told_clips,
)
from intake.db.tables import events, submissions
from intake.domain.errors import NotFound
from intake.domain.history import Cause
from intake.domain.staff import (
    Alerts,
    Colleague,
    ErrandId,
    Invitation,
    InvitationId,
    NewClips,
    StaffErrand,
    StaffId,
    StaffMail,
    StaffRole,
    Subscriber,
    WaitingClip,
)
from intake.domain.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Exists, Row, RowMapping, Select

_RANK = case({role.value: number for number, role in enumerate(StaffRole)}, value=roles.c.name, else_=-1)


def colleagues(connection: Connection) -> list[Colleague]:
    """Return everybody on the staff, by address."""
    rows = connection.execute(_colleagues().order_by(staff.c.email, _RANK)).mappings()
    # Who was given two roles may do what the higher one may: the last row of each stays.
    return list({row["id"]: _colleague(row) for row in rows}.values())


def colleague(connection: Connection, staff_id: int) -> Colleague:
    """Return one of the staff.

    Raises:
        NotFound: There is no such person.
    """
    rows = connection.execute(_colleagues().where(staff.c.id == staff_id).order_by(_RANK)).mappings().all()
    if not rows:
        raise NotFound(f"staff {staff_id}")
    return _colleague(rows[-1])


def is_known(connection: Connection, email: str) -> bool:
    """Tell whether somebody with this address is on the staff, however it is spelled."""
    return connection.scalar(select(exists().where(func.lower(staff.c.email) == email.lower()))) is True


def open_invitations(connection: Connection) -> list[Invitation]:
    """Return the invitations that nobody has accepted or taken back, the oldest first; some are too old by now."""
    query = select(invitations).where(invitations.c.accepted_at.is_(None), invitations.c.taken_back_at.is_(None))
    return [_invitation(row) for row in connection.execute(query.order_by(invitations.c.id)).mappings()]


def invitation(connection: Connection, invitation_id: int) -> Invitation:
    """Return one invitation.

    Raises:
        NotFound: There is none of this number.
    """
    return _one_invitation(connection, select(invitations).where(invitations.c.id == invitation_id))


def invitation_by_token(connection: Connection, token_sha256: str) -> Invitation:
    """Return the invitation whose link bears this secret.

    Raises:
        NotFound: There is none.
    """
    return _one_invitation(connection, select(invitations).where(invitations.c.token_sha256 == token_sha256))


def sealed_token(connection: Connection, invitation_id: InvitationId) -> str:
    """Return an invitation's secret as it is kept."""
    return str(connection.scalar(select(invitations.c.token_sealed).where(invitations.c.id == invitation_id)))


def seen_at(connection: Connection, staff_id: StaffId) -> datetime | None:
    """Return when somebody was last here."""
    return connection.scalar(select(staff_seen.c.seen_at).where(staff_seen.c.staff_id == staff_id))


def alerts(connection: Connection, staff_id: StaffId) -> Alerts:
    """Return which mails somebody wants; none unless they said so."""
    row = connection.execute(select(staff_alerts).where(staff_alerts.c.staff_id == staff_id)).one_or_none()
    return _alerts(row) if row is not None else Alerts()


def subscribers(connection: Connection) -> list[Subscriber]:
    """Return everybody who may log in and wants mails, but for those who only look on by now: they cannot decide."""
    only_looks_on = exists().where(
        staff_roles.c.staff_id == staff.c.id, staff_roles.c.role_id == roles.c.id, roles.c.name == StaffRole.VIEWER
    )
    query = (
        select(staff_alerts).join(staff, staff.c.id == staff_alerts.c.staff_id).where(staff.c.active, ~only_looks_on)
    )
    return [
        Subscriber(staff_id=row.staff_id, alerts=_alerts(row), since=row.since) for row in connection.execute(query)
    ]


def untold_clips(connection: Connection, staff_id: StaffId, *, after: datetime, limit: int) -> list[tuple[str, int]]:
    """Return clips that began to wait *after* a moment and that somebody was not told of: ids and revisions.

    A clip is told of once. Only another file makes it new: not that somebody undid, cut it or looks at it again.
    """
    told = exists().where(
        told_clips.c.staff_id == staff_id,
        told_clips.c.submission_id == submissions.c.id,
        told_clips.c.mail_id == staff_mails.c.id,
        staff_mails.c.asked_at >= submissions.c.received_at,
    )
    is_news = (_waits(), submissions.c.moved_at >= after, ~told, ~_was_decided_before())
    query = select(submissions.c.id, submissions.c.revision).where(*is_news)
    rows = connection.execute(query.order_by(submissions.c.moved_at, submissions.c.id).limit(limit))
    return [(row.id, row.revision) for row in rows]


def last_mail_at(connection: Connection, staff_id: StaffId, kind: StaffMail) -> datetime | None:
    """Return when a mail of this kind was last asked for."""
    query = select(func.max(staff_mails.c.asked_at)).where(staff_mails.c.staff_id == staff_id)
    last: datetime | None = connection.scalar(query.where(staff_mails.c.kind == kind))
    return last


def was_mailed(connection: Connection, kind: StaffMail, occasion: str) -> bool:
    """Tell whether a mail was asked for on this occasion."""
    same = and_(staff_mails.c.kind == kind, staff_mails.c.occasion == occasion)
    return connection.scalar(select(exists().where(same))) is True


def staff_errand(connection: Connection, errand_id: str) -> StaffErrand:
    """Return a mail to staff that was asked for.

    Raises:
        NotFound: There is none.
    """
    row = connection.execute(select(staff_mails).where(staff_mails.c.id == errand_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"mail {errand_id}")
    return StaffErrand(
        id=ErrandId(row["id"]),
        kind=StaffMail(row["kind"]),
        occasion=row["occasion"],
        staff_id=row["staff_id"],
        invitation_id=row["invitation_id"],
        token_sealed=row["token_sealed"],
        asked_at=row["asked_at"],
    )


def told_of(connection: Connection, mail_id: ErrandId) -> list[WaitingClip]:
    """Return those clips of a mail that still wait, the longest wait first."""
    query = (
        select(submissions)
        .join(told_clips, told_clips.c.submission_id == submissions.c.id)
        .join(staff_mails, staff_mails.c.id == told_clips.c.mail_id)
        # Another file is news of its own.
        .where(told_clips.c.mail_id == mail_id, submissions.c.received_at <= staff_mails.c.asked_at)
    )
    return _clips(connection, query)


def waiting_since(connection: Connection, before: datetime, *, limit: int) -> list[WaitingClip]:
    """Return clips that have waited since *before* a moment, the longest wait first."""
    return _clips(connection, select(submissions).where(submissions.c.moved_at < before).limit(limit))


def count_waiting_since(connection: Connection, before: datetime) -> int:
    """Count the clips that have waited since *before* a moment."""
    query = select(func.count()).select_from(submissions).where(_waits(), submissions.c.moved_at < before)
    return connection.scalar(query) or 0


def _clips(connection: Connection, query: Select[Any]) -> list[WaitingClip]:
    rows = connection.execute(query.where(_waits()).order_by(submissions.c.moved_at, submissions.c.id)).mappings()
    return [
        WaitingClip(
            submission_id=row["id"],
            revision=row["revision"],
            call_slug=row["call_slug"],
            waiting_since=row["moved_at"],
            duration_s=(row["video"] or {}).get("duration_s"),
        )
        for row in rows
    ]


def _waits() -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return submissions.c.state == State.AWAITING_REVIEW


def _was_decided_before() -> Exists:
    """Say, as SQL, that a clip waits because somebody who decided on it, or another, looks at it once more."""
    return exists().where(
        events.c.submission_id == submissions.c.id,
        events.c.revision == submissions.c.revision,
        events.c.before.in_((State.APPROVED, State.PUBLISHED, State.DECLINED)),
        or_(events.c.cause.is_(None), events.c.cause != Cause.UNDONE),
    )


def _colleagues() -> Select[Any]:
    return (
        select(staff.c.id, staff.c.email, staff.c.active, staff.c.tf_primary_method, staff_seen.c.seen_at, roles.c.name)
        .outerjoin(staff_seen, staff_seen.c.staff_id == staff.c.id)
        .outerjoin(staff_roles, staff_roles.c.staff_id == staff.c.id)
        .outerjoin(roles, roles.c.id == staff_roles.c.role_id)
    )


def _colleague(row: RowMapping) -> Colleague:
    return Colleague(
        id=StaffId(row["id"]),
        email=row["email"],
        role=StaffRole(row["name"]) if row["name"] in tuple(StaffRole) else None,
        is_active=row["active"],
        has_second_factor=row["tf_primary_method"] is not None,
        seen_at=row["seen_at"],
    )


def _one_invitation(connection: Connection, query: Select[Any]) -> Invitation:
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("invitation")
    return _invitation(row)


def _invitation(row: RowMapping) -> Invitation:
    kept: Sequence[str] = ("email", "language", "invited_by", "invited_at", "expires_at", "accepted_at")
    return Invitation(
        id=InvitationId(row["id"]),
        role=StaffRole(row["role"]),
        taken_back_at=row["taken_back_at"],
        **{name: row[name] for name in kept},
    )


def _alerts(row: Row[Any]) -> Alerts:
    return Alerts(new_clips=NewClips(row.new_clips), waiting_clips=row.waiting_clips, language=row.language)
