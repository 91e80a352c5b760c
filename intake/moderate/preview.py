"""The mails that each decision sends, shown before it is made: by the renderer that writes them, word by word.

One thing is left out. A mail bears its sender's secret link, and whoever holds that link speaks for the sender: so a
moderator sees where it stands and not what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake.db import queries
from intake.db.engine import reading
from intake.domain.decisions import LEADS_TO, Decision
from intake.domain.submissions import ClipId, Token
from intake.mail import answers, links
from intake.moderate.answers import private
from intake.moderate.clip import clip_page
from intake.moderate.forms import DecisionForm
from intake.web.services import services

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from intake.domain.submissions import Submission
    from intake.mail.answers import Said

_LEFT_OUT: Final = "…"


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The mail that a decision sends."""

    decision: Decision
    subject: str
    text: str


def preview(submission_id: UUID) -> ResponseReturnValue:
    """Show what the sender would get, whichever way the decision goes; nothing is decided."""
    with reading(services().engine) as connection:
        submission = queries.submission_by_id(connection, str(submission_id))
        call = queries.find_call(connection, submission.call_slug)
    form = DecisionForm(call=call, language=submission.sender.language)
    return private(clip_page(submission_id, form=form, previews=previews(submission, form.full_reason())))


def previews(submission: Submission, reason: str) -> list[Preview]:
    """Return the mail of each decision that can be made; without a *reason* there is none against a clip."""
    decisions = tuple(Decision) if reason else (Decision.APPROVE,)
    return [_preview(submission, decision, reason) for decision in decisions]


def _preview(submission: Submission, decision: Decision, reason: str) -> Preview:
    words = answers.words_to(submission.sender, _said(submission, decision, reason))
    return Preview(decision=decision, subject=words.subject, text=words.text)


def _said(submission: Submission, decision: Decision, reason: str) -> Said:
    public_url = services().settings.public_url
    status_url = links.status_url(public_url, Token(_LEFT_OUT))
    if decision is not Decision.APPROVE:
        awaits_consent = submission.awaits_consent
        return answers.turned_down(LEADS_TO[decision], reason, status_url=status_url, awaits_consent=awaits_consent)
    return answers.published(
        public_url,
        submission.call_slug,
        submission.clip_id or ClipId(_LEFT_OUT),
        language=submission.sender.language,
        status_url=status_url,
    )
