"""How a clip will look in the gallery, for its sender's eyes: the gallery's own card, with a still that is private yet.

The page links to a still through us, and we send the browser on to a signed link that lasts an hour: a link that is
signed anew at every look would make the page load, and show, the picture again each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import abort, redirect, url_for

from intake.domain.states import State
from intake.submit.secret import private, submission_behind
from intake.web.services import services

if TYPE_CHECKING:
    from flask import Response

    from intake.domain.calls import Call
    from intake.domain.submissions import ObjectKey, Submission

_ON_ITS_WAY: Final = frozenset({State.INSPECTED, State.AWAITING_REVIEW, State.APPROVED})
"""Where a clip is good enough for the gallery and not there yet."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What the gallery's card shows of a clip. The names are those of the gallery's own `PublicClip`."""

    title: str
    headline: str
    quote: str
    language: str
    role: str
    organisation: str
    kind_label: str
    duration_s: float
    width_px: int
    height_px: int
    is_portrait: bool
    poster_url: str
    poster_webp_url: None = None
    url: None = None


def preview_of(submission: Submission, call: Call, token: str, language: str) -> Preview | None:
    """Show a clip as the gallery will; None where it has no picture, or is not on its way there."""
    video, sender = submission.video, submission.sender
    if submission.state not in _ON_ITS_WAY or video is None or _still(submission) is None:
        return None
    width_px, height_px = video.upright_px
    return Preview(
        title=sender.full_name,
        headline=submission.title,
        quote=submission.quote,
        language=sender.language,
        role=sender.role,
        organisation=sender.organisation,
        kind_label=call.kind_label(sender.organisation_kind, language),
        duration_s=video.duration_s,
        width_px=width_px,
        height_px=height_px,
        is_portrait=video.is_portrait,
        # The number makes another address of another file's still.
        poster_url=url_for("submit.show_poster", token=token, of=submission.revision),
    )


def show_poster(token: str) -> Response:
    """Send the browser on to the still that stands for a clip."""
    still = _still(submission_behind(token))
    if still is None:
        abort(404)
    return private(redirect(services().private.view_link(still)), 302)


def _still(submission: Submission) -> ObjectKey | None:
    return submission.stills[submission.poster] if submission.poster < len(submission.stills) else None
