"""The only place that knows, without Flask, where the pages are that mails lead to. A test holds it to the routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.domain.calls import FIRST_LANGUAGE

if TYPE_CHECKING:
    from intake.domain.calls import CallSlug
    from intake.domain.submissions import ClipId, SubmissionId, Token


def status_url(public_url: str, token: Token) -> str:
    """Return the page on which a sender sees, replaces and withdraws; it speaks the sender's language by itself."""
    return f"{public_url}/submissions/{token}"


def clip_url(public_url: str, call_slug: CallSlug, clip_id: ClipId, language: str) -> str:
    """Return a clip's public page."""
    return f"{public_url}/gallery/{call_slug}/{clip_id}{_query(language)}"


def queue_url(public_url: str, language: str) -> str:
    """Return the page on which staff see what waits."""
    return f"{public_url}/moderate/{_query(language)}"


def desk_clip_url(public_url: str, submission_id: SubmissionId, language: str) -> str:
    """Return the page on which staff decide about a clip."""
    return f"{public_url}/moderate/{submission_id}{_query(language)}"


def invitation_url(public_url: str, token: Token, language: str) -> str:
    """Return the page on which somebody who was invited to the staff chooses a password."""
    return f"{public_url}/moderate/invitations/{token}{_query(language)}"


def reset_url(public_url: str, token: str, language: str) -> str:
    """Return the page on which somebody who forgot their password chooses another."""
    return f"{public_url}/moderate/reset/{token}{_query(language)}"


def alerts_url(public_url: str, language: str) -> str:
    """Return the page on which staff choose their mails."""
    return f"{public_url}/moderate/alerts{_query(language)}"


def inventory_url(public_url: str, language: str) -> str:
    """Return the page on which staff see what is wrong with the gallery's files."""
    return f"{public_url}/moderate/gallery-files{_query(language)}"


def stop_url(public_url: str, signed: str, language: str) -> str:
    """Return the page that stops a kind of mail, also for who is not logged in."""
    return f"{public_url}/moderate/alerts/stop/{signed}{_query(language)}"


def _query(language: str) -> str:
    return "" if language == FIRST_LANGUAGE else f"?lang={language}"
