"""Tells another system one thing, signed. What did not get through is tried for a day and then listed.

At least once: killed between the other side's yes and writing it down, the same call comes again under the same id, by
which its receiver knows it.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from intake.actions import hooking, tokens
from intake.db import hooks, queries
from intake.db.engine import reading, writing
from intake.domain.calls import FIRST_LANGUAGE
from intake.domain.errors import HookGivenUp, HookUnavailable
from intake.domain.hooks import HookEvent, HookTrouble, sign
from intake.mail import links
from workers.calling import Caller

if TYPE_CHECKING:
    from intake.domain.hooks import Delivery, Hook
    from intake.domain.submissions import Job, Submission
    from intake.wiring import Services
    from workers.steps import Commit
    from workers.workspace import Workspace

log = structlog.get_logger()

_OK: Final = range(200, 300)


def call_hook(services: Services, job: Job, workspace: Workspace) -> Commit:
    """Make the call this errand is about, unless nobody wants it any more.

    Raises:
        HookGivenUp: The hook was removed, or did not answer for a day.
        HookUnavailable: It did not answer now.
    """
    now = services.clock()
    with reading(services.engine) as connection:
        delivery = hooks.delivery(connection, job.errand_id or "")
        hook = hooks.hook(connection, delivery.hook_id)
        submission = queries.submission_by_id(connection, delivery.submission_id)
        is_public = queries.is_public_now(connection, delivery.submission_id)
    # As late as can be: whoever lost the lease must not call where another is calling.
    workspace.go_on()
    try:
        _call(services, hook, delivery, _body(services, delivery, submission, is_public=is_public))
    except HookUnavailable as error:
        with writing(services.engine) as connection:
            hooking.record_trouble(connection, delivery, error, now=now)
        if error.trouble is HookTrouble.REMOVED or now >= delivery.give_up_at:
            raise HookGivenUp(str(error)) from error
        raise
    log.info("hook_called", hook_id=hook.id, hook_event=delivery.event)
    return partial(hooking.record_delivery, delivery=delivery, now=now)


def _call(services: Services, hook: Hook, delivery: Delivery, body: bytes) -> None:
    if hook.removed_at is not None:
        raise HookUnavailable(HookTrouble.REMOVED)
    if hook.rests_until is not None and services.clock() < hook.rests_until:
        raise HookUnavailable(HookTrouble.RESTING)
    caller = Caller(is_at_home=services.settings.is_loopback)
    status = caller.post(hook.url, body, _headers(services, hook, delivery, body))
    if status not in _OK:
        raise HookUnavailable(HookTrouble.NOT_WELL, answer=status)


def _headers(services: Services, hook: Hook, delivery: Delivery, body: bytes) -> dict[str, str]:
    timestamp_s = int(services.clock().timestamp())
    secret = tokens.unseal(hook.secret_sealed, services.settings.secret_key)
    return {
        "Content-Type": "application/json",
        "User-Agent": "Pistoia2030-Video-Intake",
        "Webhook-Id": delivery.id,
        "Webhook-Timestamp": str(timestamp_s),
        "Webhook-Signature": sign(secret, delivery.id, timestamp_s, body),
    }


def _body(services: Services, delivery: Delivery, submission: Submission, *, is_public: bool) -> bytes:
    """What is told: ids, states and what is public; nothing of it about a person."""
    clip_url = None
    # A call that comes late, or again, leads nobody to a clip that was taken back meanwhile.
    if delivery.event is HookEvent.PUBLISHED and submission.clip_id is not None and is_public:
        public_url = services.settings.public_url
        clip_url = links.clip_url(public_url, submission.call_slug, submission.clip_id, FIRST_LANGUAGE)
    message = {
        "type": f"submission.{delivery.event}",
        "timestamp": delivery.happened_at.isoformat(),
        "data": {
            "submission": delivery.submission_id,
            "call": submission.call_slug,
            "state": delivery.after,
            "state_before": delivery.before,
            "revision": delivery.revision,
            "clip": submission.clip_id,
            "clip_url": clip_url,
        },
    }
    return json.dumps(message, separators=(",", ":")).encode()
