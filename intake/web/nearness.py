"""The only place that decides whether somebody sits at this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import request

from intake.settings import LOOPBACK

if TYPE_CHECKING:
    from intake.settings import Settings

_FORWARDING_HEADERS: Final = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
)


def sits_here(settings: Settings) -> bool:
    """Tell whether this request came from this machine, where the service is meant for this machine alone.

    The name that was asked for counts too: a page of somebody else's may have its own name point to this machine, and
    then read our answers (DNS rebinding).
    """
    asked_for = urlsplit(f"//{request.host}").hostname
    is_forwarded = any(name in request.headers for name in _FORWARDING_HEADERS)
    return settings.is_loopback and asked_for in LOOPBACK and not is_forwarded
