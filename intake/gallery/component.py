"""The element that shows a gallery in anybody's page, under an address that stays the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.web.assets import send_current_asset
from intake.web.security import allow_frames, forget_session

if TYPE_CHECKING:
    from flask import Response

MAX_AGE_S: Final = 300
"""How long a page may show yesterday's element. Sent rather than redirected to, which saves other people's visitors a
round trip; after this time a few bytes say that nothing changed."""


def video_testimonials() -> Response:
    """Send the script of `<video-testimonials>`, as it is today."""
    # As everything below /embed/: whoever reads it in a frame does no harm.
    allow_frames()
    forget_session()
    return send_current_asset("video-testimonials.js", max_age_s=MAX_AGE_S)
