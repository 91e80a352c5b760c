"""What can be done with people: invite, let in, give another role, switch off and on, end sessions, hold to a list."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from intake.actions import tokens
from intake.actions.errands import ask_for_mail
from intake.db import people
from intake.db.people_tables import invitations, roles, staff, staff_alerts, staff_roles, staff_seen
from intake.domain.staff import (
    INVITATION_LIFE,
    SEEN_EVERY,
    Alerts,
    InvitationId,
    StaffId,
    StaffMail,
    StaffRole,
    first_alerts,
    what_stays,
    would_lock_out,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.staff import Access


class Outcome(StrEnum):
    """How it ended. What cannot be is no error: whoever asked is told."""

    DONE = "done"
    KNOWN = "known"
    """The address is on the staff already."""
    INVITED = "invited"
    """The address was invited already."""
    LAST_ADMIN = "last_admin"
    """Nobody could change the staff any more."""
    OVER = "over"
    """Somebody was faster: the invitation was accepted or taken back."""


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Whom to invite."""

    email: str
    role: StaffRole
    language: str


def invite(connection: Connection, guest: Guest, *, by: str, now: datetime, secret_key: str) -> Outcome:
    """Invite somebody to the staff; the mail with the link follows."""
    _lock_staff(connection)
    if people.is_known(connection, guest.email):
        return Outcome.KNOWN
    if any(one.email.lower() == guest.email.lower() for one in people.open_invitations(connection)):
        return Outcome.INVITED
    row = {"email": guest.email, "role": guest.role, "language": guest.language}
    fresh = _fresh(by=by, now=now, secret_key=secret_key)
    invitation_id = connection.execute(
        insert(invitations).values(**row, **fresh).returning(invitations.c.id)
    ).scalar_one()
    _mail(connection, InvitationId(invitation_id), now=now)
    return Outcome.DONE


def invite_again(
    connection: Connection, invitation_id: InvitationId, *, by: str, now: datetime, secret_key: str
) -> Outcome:
    """Send a new link, for another three days; the old one opens nothing any more.

    Raises:
        NotFound: There is no such invitation.
    """
    people.invitation(connection, invitation_id)
    fresh = _fresh(by=by, now=now, secret_key=secret_key)
    if not _change_open(connection, invitation_id, **fresh):
        return Outcome.OVER
    _mail(connection, invitation_id, now=now)
    return Outcome.DONE


def take_back(connection: Connection, invitation_id: InvitationId, *, now: datetime) -> Outcome:
    """Make an invitation's link open nothing.

    Raises:
        NotFound: There is no such invitation.
    """
    people.invitation(connection, invitation_id)
    return Outcome.DONE if _change_open(connection, invitation_id, taken_back_at=now) else Outcome.OVER


def accept(connection: Connection, token_sha256: str, *, password_hash: str, now: datetime) -> Outcome:
    """Let whoever was invited in, with a password of their own; a link opens once.

    Raises:
        NotFound: There is no such link (any more).
    """
    _lock_staff(connection)
    # Read anew: it may have been sent again or taken back while a password was thought of.
    invitation = people.invitation_by_token(connection, token_sha256)
    if not invitation.opens(now) or not _change_open(connection, invitation.id, accepted_at=now):
        return Outcome.OVER
    if people.is_known(connection, invitation.email):
        return Outcome.KNOWN
    row = {"email": invitation.email, "password": password_hash, "active": True, "create_datetime": now}
    new = insert(staff).values(**row, fs_uniquifier=uuid.uuid4().hex).returning(staff.c.id)
    staff_id = StaffId(connection.execute(new).scalar_one())
    _give_role(connection, staff_id, invitation.role)
    set_alerts(connection, staff_id, first_alerts(invitation.role, invitation.language), now=now)
    return Outcome.DONE


def set_role(connection: Connection, staff_id: StaffId, role: StaffRole) -> Outcome:
    """Give somebody another role; it holds from their next page on.

    Raises:
        NotFound: There is no such person.
    """
    _lock_staff(connection)
    people.colleague(connection, staff_id)
    if role is not StaffRole.ADMIN and would_lock_out(people.colleagues(connection), staff_id):
        return Outcome.LAST_ADMIN
    _give_role(connection, staff_id, role)
    return Outcome.DONE


def set_active(connection: Connection, staff_id: StaffId, *, is_active: bool) -> Outcome:
    """Let somebody log in or not; who may not is logged out everywhere at once.

    Raises:
        NotFound: There is no such person.
    """
    _lock_staff(connection)
    people.colleague(connection, staff_id)
    if not is_active and would_lock_out(people.colleagues(connection), staff_id):
        return Outcome.LAST_ADMIN
    connection.execute(update(staff).where(staff.c.id == staff_id).values(active=is_active))
    if not is_active:
        end_sessions(connection, staff_id)
    return Outcome.DONE


def end_sessions(connection: Connection, staff_id: StaffId) -> None:
    """Log somebody out everywhere: sessions, and what browsers remember, are known by a name that is no more.

    Raises:
        NotFound: There is no such person.
    """
    people.colleague(connection, staff_id)
    connection.execute(update(staff).where(staff.c.id == staff_id).values(fs_uniquifier=uuid.uuid4().hex))


def end_what_was_open(connection: Connection, *, now: datetime) -> None:
    """Log everybody out everywhere, and let no invitation that was not accepted let anybody in."""
    for one in people.colleagues(connection):
        end_sessions(connection, one.id)
    for invitation in people.open_invitations(connection):
        take_back(connection, invitation.id, now=now)


def access_in(connection: Connection, *, secret_key: str) -> Access:
    """Return what everybody on the staff may do, without saying who they are."""
    staff_now = people.colleagues(connection)
    return {_mark(one.email, secret_key): one.role if one.is_active else None for one in staff_now}


def hold_to(connection: Connection, access: Access, *, secret_key: str) -> int:
    """Take from people what they may not do any more; return from how many. Who is not in *access* is left alone."""
    poorer = 0
    for one in people.colleagues(connection):
        mark = _mark(one.email, secret_key)
        if mark not in access or not one.is_active or one.role is None:
            continue
        stays = what_stays(one.role, access[mark])
        if stays is None:
            connection.execute(update(staff).where(staff.c.id == one.id).values(active=False))
        elif stays is not one.role:
            _give_role(connection, one.id, stays)
        poorer += stays is not one.role
    return poorer


def set_alerts(connection: Connection, staff_id: StaffId, alerts: Alerts, *, now: datetime) -> None:
    """Write down which mails somebody wants."""
    kept = people.alerts(connection, staff_id)
    values = {"new_clips": alerts.new_clips, "waiting_clips": alerts.waiting_clips, "language": alerts.language}
    row = staff_alerts.c.staff_id == staff_id
    known = connection.execute(update(staff_alerts).where(row).values(**values))
    if known.rowcount == 0:
        connection.execute(insert(staff_alerts).values(staff_id=staff_id, since=now, **values))
    elif kept.new_clips != alerts.new_clips:
        connection.execute(update(staff_alerts).where(row).values(since=now))


def note_seen(connection: Connection, staff_id: StaffId, *, now: datetime) -> None:
    """Write down that somebody is here."""
    row = staff_seen.c.staff_id == staff_id
    if connection.execute(update(staff_seen).where(row).values(seen_at=now)).rowcount == 0:
        connection.execute(insert(staff_seen).values(staff_id=staff_id, seen_at=now))


def is_news(connection: Connection, staff_id: StaffId, *, now: datetime) -> bool:
    """Tell whether it is worth writing down that somebody is here."""
    seen_at = people.seen_at(connection, staff_id)
    return seen_at is None or now - seen_at >= SEEN_EVERY


def _mark(email: str, secret_key: str) -> str:
    """Return by what an address is known again by whoever has the key, and by nobody else."""
    return hmac.new(secret_key.encode(), f"access of {email.lower()}".encode(), "sha256").hexdigest()


def _fresh(*, by: str, now: datetime, secret_key: str) -> dict[str, object]:
    token = tokens.mint()
    return {
        "invited_by": by,
        "invited_at": now,
        "expires_at": now + INVITATION_LIFE,
        "token_sha256": tokens.hash_of(token),
        "token_sealed": tokens.seal(token, secret_key),
    }


def _mail(connection: Connection, invitation_id: InvitationId, *, now: datetime) -> None:
    # The link belongs to the occasion: inviting again is another mail.
    digest = connection.scalar(select(invitations.c.token_sha256).where(invitations.c.id == invitation_id))
    ask_for_mail(connection, StaffMail.INVITATION, str(digest), now=now, invitation_id=invitation_id)


def _change_open(connection: Connection, invitation_id: InvitationId, **values: object) -> bool:
    is_open = (invitations.c.accepted_at.is_(None), invitations.c.taken_back_at.is_(None))
    changed = connection.execute(
        update(invitations).where(invitations.c.id == invitation_id, *is_open).values(**values)
    )
    return changed.rowcount == 1


def _give_role(connection: Connection, staff_id: StaffId, role: StaffRole) -> None:
    role_id = connection.scalar(select(roles.c.id).where(roles.c.name == role))
    if role_id is None:
        role_id = connection.execute(insert(roles).values(name=role).returning(roles.c.id)).scalar_one()
    connection.execute(delete(staff_roles).where(staff_roles.c.staff_id == staff_id))
    connection.execute(insert(staff_roles).values(staff_id=staff_id, role_id=role_id))


def _lock_staff(connection: Connection) -> None:
    # Two admins who take each other's role away at once: the second must see what the first did. SQLite's writers wait
    # for each other anyway.
    connection.execute(select(staff.c.id).order_by(staff.c.id).with_for_update()).all()
