"""The only place that knows which mail answers a sender: asked by whoever sends it, and by who looks beforehand."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.states import State
from intake.mail import links, quoting
from intake.mail.editions import Mail, put_into_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake.domain.calls import CallSlug
    from intake.domain.submissions import ClipId, Sender
    from intake.mail.editions import Words

    Said = tuple[Mail, dict[str, object]]

_TURNED_DOWN: Final[Mapping[State, Mail]] = MappingProxyType(
    {State.REDO_REQUESTED: Mail.ASKED_AGAIN, State.DECLINED: Mail.DECLINED}
)


def words_to(sender: Sender, said: Said) -> Words:
    """Put into words what is said to *sender*, in their language and under the name that they gave."""
    mail, facts = said
    return put_into_words(mail, sender.language, facts | {"name": quoting.first_name(sender.given_name)})


def turned_down(state: State, reason: str, *, status_url: str, awaits_consent: bool) -> Said:
    """Say to a sender why their video was declined, or is asked for again.

    Args:
        awaits_consent: Whether somebody handed it in for them, and they did not answer yet.
    """
    return _TURNED_DOWN[state], {"reason": reason, "status_url": status_url, "awaits_consent": awaits_consent}


def published(public_url: str, call_slug: CallSlug, clip_id: ClipId, *, language: str, status_url: str) -> Said:
    """Say to a sender where everybody can see their video."""
    clip_url = links.clip_url(public_url, call_slug, clip_id, language)
    return Mail.PUBLISHED, {"clip_url": clip_url, "status_url": status_url}
