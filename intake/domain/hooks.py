"""The rules about hooks: which other systems are told of what, where they may be, and how they know it is us.

Headers and signature are those of Standard Webhooks (standardwebhooks.com), for which there are libraries everywhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NewType
from urllib.parse import urlsplit

from intake.domain.history import COMES_BACK, Cause
from intake.domain.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from intake.domain.staff import ErrandId
    from intake.domain.submissions import SubmissionId

HookId = NewType("HookId", int)

SECRET_BYTES: Final = 32
"""Standard Webhooks asks for 24 to 64."""

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what every such secret begins with

TRIED_FOR: Final = timedelta(days=1)
"""How long a receiver that does not answer is tried: over a night, and until somebody has read their mail."""

REST: Final = timedelta(minutes=1)
"""How long a receiver that did not answer is left alone: workers that wait for it do not look at clips."""

MAX_URL_CHARACTERS: Final = 500


class HookTrouble(StrEnum):
    """Why a call did not get through; the codes are stable, and shown beside their sentences."""

    REMOVED = "removed"
    RESTING = "resting"
    BAD_ADDRESS = "bad_address"
    NO_SUCH_NAME = "no_such_name"
    PRIVATE_NETWORK = "private_network"
    BAD_CERTIFICATE = "bad_certificate"
    TOO_SLOW = "too_slow"
    NO_ANSWER = "no_answer"
    NOT_WELL = "not_well"


class HookEvent(StrEnum):
    """What another system may be told of."""

    RECEIVED = "received"
    READY_FOR_REVIEW = "ready_for_review"
    DECIDED = "decided"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    TAKEN_DOWN = "taken_down"


EVENT_OF: Final[Mapping[State, HookEvent]] = MappingProxyType(
    {
        State.UPLOADED: HookEvent.RECEIVED,
        State.AWAITING_REVIEW: HookEvent.READY_FOR_REVIEW,
        State.APPROVED: HookEvent.DECIDED,
        State.DECLINED: HookEvent.DECIDED,
        State.REDO_REQUESTED: HookEvent.DECIDED,
        State.PUBLISHED: HookEvent.PUBLISHED,
        State.WITHDRAWN: HookEvent.WITHDRAWN,
    }
)
"""What a move to each state is called; moves to others are nobody's business but ours."""


def event_of(after: State, cause: Cause | None) -> HookEvent | None:
    """Say what a move is called; None where it is nobody's business, or no news."""
    if cause is Cause.TAKEN_DOWN:
        return HookEvent.TAKEN_DOWN
    return None if cause in COMES_BACK else EVENT_OF.get(after)


@dataclass(frozen=True, kw_only=True)
class Hook:
    """Another system that is told of what happens."""

    id: HookId
    url: str
    events: tuple[HookEvent, ...]
    secret_sealed: str
    added_by: str
    added_at: datetime
    removed_at: datetime | None
    rests_until: datetime | None

    def wants(self, event: HookEvent) -> bool:
        """Tell whether it is told of *event*: who hears that a clip is public also hears that it is not any more."""
        return event in self.events or (event is HookEvent.TAKEN_DOWN and HookEvent.PUBLISHED in self.events)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One thing that one other system is told.

    Attributes:
        trouble: Why the last call did not get through; None where it did, or before the first.
        answer: The status it was answered with, where that was the trouble.
    """

    id: ErrandId
    hook_id: HookId
    submission_id: SubmissionId
    event: HookEvent
    before: State
    after: State
    revision: int
    happened_at: datetime
    give_up_at: datetime
    delivered_at: datetime | None
    trouble: HookTrouble | None = None
    answer: int | None = None


def may_be_called(address: str) -> bool:
    """Tell whether an IP address is out on the internet: nobody shall reach our neighbours through us."""
    ip = ipaddress.ip_address(address)
    # What an IPv6 address carries inside (RFC 4291, 3056, 4380) is where it leads.
    inside = [getattr(ip, name, None) for name in ("ipv4_mapped", "sixtofour")]
    teredo = getattr(ip, "teredo", None)
    carried = [one for one in (*inside, *(teredo or ())) if one is not None]
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in (ip, *carried))


def is_hook_url(untrusted_url: str, *, is_at_home: bool) -> bool:
    """Tell whether a hook may have this address.

    Args:
        is_at_home: Whether the service itself is for this machine only; then http and this machine will do.
    """
    try:
        parts = urlsplit(untrusted_url)
        port = parts.port
    except ValueError:
        return False
    is_plain = untrusted_url.isascii() and untrusted_url.isprintable() and " " not in untrusted_url
    is_addressed = bool(parts.hostname) and port != 0 and parts.username is None and not parts.fragment
    if not is_plain or not is_addressed or len(untrusted_url) > MAX_URL_CHARACTERS:
        return False
    if is_at_home:
        return parts.scheme in {"https", "http"}
    return parts.scheme == "https" and _is_name_or_outside(parts.hostname or "")


def _is_name_or_outside(host: str) -> bool:
    try:
        return may_be_called(host)
    except ValueError:
        # A name; where it leads is looked up before each call, for it may change.
        return "." in host and not host.endswith((".localhost", ".local", ".internal"))


def sign(secret: str, delivery_id: str, timestamp_s: int, body: bytes) -> str:
    """Return the signature of a call: HMAC-SHA256 over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, f"{delivery_id}.{timestamp_s}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
