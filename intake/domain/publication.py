"""The only rule for what the public may see. Gallery pages, embeds, feeds and the publish step all use it."""

from __future__ import annotations

from typing import Final

from intake.domain.states import State

PUBLIC_STATE: Final = State.PUBLISHED
"""Only a published clip is public: published means approved, with every file in place."""


def is_public(*, state: State, gallery_consent_stands: bool) -> bool:
    """Tell whether a submission's clip may be seen by anybody.

    Args:
        state: Where the submission rests.
        gallery_consent_stands: Whether the sender agreed to the gallery and has not taken that back.
    """
    return state is PUBLIC_STATE and gallery_consent_stands


def may_download(*, is_public: bool, download_consent_stands: bool) -> bool:
    """Tell whether everybody may keep a copy of a clip: what they may watch, where its sender agreed to that too."""
    return is_public and download_consent_stands


def may_publish(*, state: State, gallery_consent_stands: bool, approved_sha256: str | None, review_sha256: str) -> bool:
    """Tell whether the publish step may make a clip public: approved, consented, and exactly what was watched."""
    return state is State.APPROVED and gallery_consent_stands and approved_sha256 == review_sha256
