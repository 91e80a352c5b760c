"""Writes to somebody on the staff, after asking once more whether that mail is still true.

As `mail`: sent at least once and nearly always exactly once, under one Message-ID whatever is killed. Nothing in these
mails tells whose a clip is: senders who withdraw are forgotten, and mailboxes forget nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import structlog

from intake.actions import tokens
from intake.actions.inventory import last_inventory
from intake.db import people, queries
from intake.db.engine import reading
from intake.domain.staff import ALERTS, LONG_WAIT, StaffMail, reported_clip
from intake.domain.states import State
from intake.domain.submissions import SubmissionId
from intake.mail import links
from intake.mail.editions import put_into_words
from intake.mail.letters import Letter, build, read_mail_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.calls import LocalText
    from intake.domain.staff import Colleague, StaffErrand, WaitingClip
    from intake.domain.submissions import Job
    from intake.wiring import Services
    from workers.steps import Commit
    from workers.workspace import Workspace

    Say = Callable[[Services, Connection, StaffErrand], "Said | None"]

log = structlog.get_logger()

_SHOWN: Final = 20
"""How many clips a mail names; the queue has them all."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a mail says, to whom, in which language."""

    to: str
    language: str
    facts: Mapping[str, object]
    reply_to: str | None = None


@dataclass(frozen=True, kw_only=True)
class ListedClip:
    """A clip as a mail names it."""

    url: str
    call_title: LocalText
    waiting_since: datetime
    duration_s: float | None


def send_staff_mail(services: Services, job: Job, workspace: Workspace) -> Commit:
    """Send the mail this errand is about, unless it is not true any more."""
    with reading(services.engine) as connection:
        errand = people.staff_errand(connection, job.errand_id or "")
        said = _SAYS[errand.kind](services, connection, errand)
    if said is not None:
        message = build(_letter(services, job, errand, said))
        # As late as can be: whoever lost the lease must not send what another is sending.
        workspace.go_on()
        services.mailer.send(message)
        log.info("staff_mail_sent", mail=errand.kind)
    return _nothing_more


def _letter(services: Services, job: Job, errand: StaffErrand, said: Said) -> Letter:
    settings = services.settings
    stop_url = _stop_url(services, errand, said.language) if errand.kind in ALERTS else None
    words = put_into_words(errand.kind, said.language, {**said.facts, "stop_url": stop_url})
    return Letter(
        job=job,
        host=settings.mail_host,
        mail_from=settings.mail_from,
        to=said.to,
        reply_to=said.reply_to or read_mail_from(settings.mail_from).addr_spec,
        subject=words.subject,
        text=words.text,
        html=words.html,
        language=said.language,
        written_at=services.clock(),
        one_click=stop_url,
    )


def _stop_url(services: Services, errand: StaffErrand, language: str) -> str:
    signed = tokens.sign(f"{errand.staff_id}.{errand.kind}", services.settings.secret_key)
    return links.stop_url(services.settings.public_url, signed, language)


def _invitation(services: Services, connection: Connection, errand: StaffErrand) -> Said | None:
    invitation = people.invitation(connection, errand.invitation_id or 0)
    token = tokens.unseal(people.sealed_token(connection, invitation.id), services.settings.secret_key)
    # Another mail carries the newer link.
    is_overtaken = tokens.hash_of(token) != errand.occasion
    if is_overtaken or not invitation.opens(services.clock()):
        return None
    facts = {
        "role": invitation.role,
        "invited_by": invitation.invited_by,
        "expires_at": invitation.expires_at,
        "invitation_url": links.invitation_url(services.settings.public_url, token, invitation.language),
    }
    return Said(to=invitation.email, language=invitation.language, facts=facts, reply_to=invitation.invited_by)


def _new_clips(services: Services, connection: Connection, errand: StaffErrand) -> Said | None:
    reader = _reader(connection, errand)
    clips = people.told_of(connection, errand.id)
    if reader is None or not clips:
        return None
    language = people.alerts(connection, reader.id).language
    return Said(
        to=reader.email,
        language=language,
        facts={
            "clips": [_listed(services, connection, clip, language) for clip in clips],
            "shown": _SHOWN,
            **_places(services, language),
        },
    )


def _waiting_clips(services: Services, connection: Connection, errand: StaffErrand) -> Said | None:
    reader = _reader(connection, errand)
    before = services.clock() - LONG_WAIT
    clips = people.waiting_since(connection, before, limit=1)
    if reader is None or not clips:
        return None
    language = people.alerts(connection, reader.id).language
    return Said(
        to=reader.email,
        language=language,
        facts={
            "clips": [_listed(services, connection, clip, language) for clip in clips],
            "count": people.count_waiting_since(connection, before),
            **_places(services, language),
        },
    )


def _gallery_gaps(services: Services, connection: Connection, errand: StaffErrand) -> Said | None:
    reader = _reader(connection, errand)
    found = last_inventory(connection)
    if reader is None or found is None or not found.gap_count:
        return None
    language = people.alerts(connection, reader.id).language
    clips = len({gap.clip_id for gap in found.gaps})
    facts = {
        "taken_at": found.taken_at,
        "files": found.gap_count,
        "clips": clips,
        "inventory_url": links.inventory_url(services.settings.public_url, language),
    }
    return Said(to=reader.email, language=language, facts=facts)


def _forgotten_password(services: Services, connection: Connection, errand: StaffErrand) -> Said | None:
    reader = _reader(connection, errand)
    if reader is None or errand.token_sealed is None:
        return None
    token = tokens.unseal(errand.token_sealed, services.settings.secret_key)
    language = people.alerts(connection, reader.id).language
    reset_url = links.reset_url(services.settings.public_url, token, language)
    return Said(to=reader.email, language=language, facts={"reset_url": reset_url})


def _reported(services: Services, connection: Connection, errand: StaffErrand) -> Said | None:
    reader = _reader(connection, errand)
    submission = queries.submission_by_id(connection, SubmissionId(reported_clip(errand.occasion)))
    # Whatever was reported of what is not public any more harms nobody.
    if reader is None or submission.state is not State.PUBLISHED:
        return None
    language, public_url = people.alerts(connection, reader.id).language, services.settings.public_url
    facts = {
        "clip_url": links.desk_clip_url(public_url, submission.id, language),
        "call_title": queries.find_call(connection, submission.call_slug).title,
        "alerts_url": links.alerts_url(public_url, language),
    }
    return Said(to=reader.email, language=language, facts=facts)


def _reader(connection: Connection, errand: StaffErrand) -> Colleague | None:
    """Who gets a mail; None where they may not log in any more."""
    reader = people.colleague(connection, errand.staff_id or 0)
    return reader if reader.is_active else None


def _listed(services: Services, connection: Connection, clip: WaitingClip, language: str) -> ListedClip:
    return ListedClip(
        url=links.desk_clip_url(services.settings.public_url, clip.submission_id, language),
        call_title=queries.find_call(connection, clip.call_slug).title,
        waiting_since=clip.waiting_since,
        duration_s=clip.duration_s,
    )


def _places(services: Services, language: str) -> dict[str, object]:
    public_url = services.settings.public_url
    return {"queue_url": links.queue_url(public_url, language), "alerts_url": links.alerts_url(public_url, language)}


_SAYS: Final[Mapping[StaffMail, Say]] = MappingProxyType(
    {
        StaffMail.INVITATION: _invitation,
        StaffMail.NEW_CLIPS: _new_clips,
        StaffMail.WAITING_CLIPS: _waiting_clips,
        StaffMail.GALLERY_GAPS: _gallery_gaps,
        StaffMail.FORGOTTEN_PASSWORD: _forgotten_password,
        StaffMail.REPORTED: _reported,
    }
)
"""What each kind says; None where it has nothing true to say any more."""


def _nothing_more(_connection: Connection) -> bool:
    """Commit nothing but the job's end. It counts: nothing was made that had to be thrown away."""
    return True
