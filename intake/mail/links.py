"""The only place that knows, without Flask, where the pages are that mails lead to. A test holds it to the routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.domain.calls import FIRST_LANGUAGE

if TYPE_CHECKING:
    from intake.domain.calls import CallSlug
    from intake.domain.submissions import ClipId, Token


def status_url(public_url: str, token: Token) -> str:
    """Return the page on which a sender sees, replaces and withdraws; it speaks the sender's language by itself."""
    return f"{public_url}/submissions/{token}"


def clip_url(public_url: str, call_slug: CallSlug, clip_id: ClipId, language: str) -> str:
    """Return a clip's public page."""
    query = "" if language == FIRST_LANGUAGE else f"?lang={language}"
    return f"{public_url}/gallery/{call_slug}/{clip_id}{query}"
