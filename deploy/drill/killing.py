"""Each container is killed in turn while three videos are on their way, and none of them is lost."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deploy.drill.desk import Desk
from deploy.drill.phone import Phone
from deploy.drill.steps import require, until

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from deploy.drill.engine import Compose
    from deploy.drill.installation import Installation
    from deploy.drill.steps import Book

AWAY_S: Final = 6.0
"""For how long what was killed stays away."""

_PAUSE_S: Final = 1.5
"""Between two parts of the upload, so that it is still under way when the container is killed."""

WAITS: Final = "awaiting_review"
PUBLISHED: Final = "published"


@dataclass(frozen=True, kw_only=True)
class Victim:
    """A container to be killed.

    Attributes:
        busy_with: The state of the received video while this container, or the one it serves, works on it.
        is_needed: Whether nobody gets a receipt while it is away.
    """

    service: str
    busy_with: str = "inspected, working"
    is_needed: bool = False


VICTIMS: Final = (
    Victim(service="worker-quick", busy_with="uploaded, working"),
    Victim(service="worker-heavy"),
    Victim(service="dispatcher"),
    Victim(service="redis"),
    Victim(service="web", is_needed=True),
    Victim(service="proxy", is_needed=True),
    Victim(service="storage", is_needed=True),
    Victim(service="database", is_needed=True),
)


@dataclass(frozen=True, kw_only=True)
class Clips:
    """What is sent.

    Attributes:
        heavy: Six parts, and nothing to encode.
        foreign: To be encoded, which takes some seconds.
    """

    heavy: Path
    foreign: Path


class UnderWay:
    """Three videos, each at another point of its way: half sent, being looked at or encoded, and about to be public."""

    def __init__(self, installation: Installation, clips: Clips, *, name: str, approved: Phone, desk: Desk) -> None:
        self.half = Phone(installation.url, clips.heavy, family_name=f"{name}Meta")
        self.received = Phone(installation.url, clips.foreign, family_name=f"{name}Arrivato")
        self.approved = approved
        self._desk = desk

    def begins(self, *, busy_with: str) -> None:
        """Bring each of them to its point."""
        self.half.announces()
        self.half.sends_parts(2)
        self._desk.approves(self.approved.submission_id)
        self.received.sends()
        until(self.received.stands, lambda stands: stands == busy_with, expected=f"the video just sent is {busy_with}")

    def arrives(self) -> str:
        """Wait until all three are where they were going; return how it ended."""
        for phone, end in ((self.half, WAITS), (self.received, WAITS), (self.approved, PUBLISHED)):
            until(phone.stands, end.__eq__, expected=f"{phone.name}'s video is {end}")
        return "judged, encoded, published"


def kills_each_in_turn(book: Book, installation: Installation, clips: Clips) -> None:
    """Take the power from one container after the other."""
    desk, approved = Desk(installation), _a_judged_video(installation, clips)
    for victim in VICTIMS:
        under_way = UnderWay(
            installation, clips, name=victim.service.title().replace("-", ""), approved=approved, desk=desk
        )
        with book.step(
            f"{victim.service} is killed, and comes back", *_concerned(victim), of=installation.compose
        ) as note:
            under_way.begins(busy_with=victim.busy_with)
            note.says(_is_killed(installation, victim, under_way))
        approved = under_way.half
    with book.step("every container crashes by itself", *_ALL, of=installation.compose) as note:
        under_way = UnderWay(installation, clips, name="Crollo", approved=approved, desk=desk)
        under_way.begins(busy_with="inspected, working")
        note.says(_all_crash(installation, under_way))
    with book.step("no job was given up, no file is missing", "web", of=installation.compose) as note:
        require(not installation.dead_jobs(), expected="no dead job", seen=installation.dead_jobs())
        note.says(installation.compose.inside("web", "intake", "gallery", "check").splitlines()[0])


_ALL: Final = tuple(victim.service for victim in VICTIMS)


def _a_judged_video(installation: Installation, clips: Clips) -> Phone:
    phone = Phone(installation.url, clips.heavy, family_name="Primo")
    phone.sends()
    until(phone.stands, WAITS.__eq__, expected="the first video is judged")
    return phone


def _is_killed(installation: Installation, victim: Victim, under_way: UnderWay) -> str:
    with ThreadPoolExecutor(1) as line:
        sending = line.submit(under_way.half.sends_the_rest, pause_s=_PAUSE_S)
        installation.compose.kill(victim.service)
        killed_at = time.monotonic()
        if not victim.is_needed:
            # As the design has it: without these a sender still gets the receipt.
            _gets_the_receipt(sending)
        time.sleep(max(0.0, AWAY_S - (time.monotonic() - killed_at)))
        installation.compose.start(victim.service)
        back_at = time.monotonic()
        installation.is_whole()
        whole_s = time.monotonic() - back_at
        _gets_the_receipt(sending)
    how = under_way.arrives()
    receipt = "" if victim.is_needed else "receipt given meanwhile; "
    return f"{receipt}all ok {whole_s:.0f} s after its return, {how} after {time.monotonic() - back_at:.0f} s"


def _gets_the_receipt(sending: Future[None]) -> None:
    sending.result(timeout=120)


def _all_crash(installation: Installation, under_way: UnderWay) -> str:
    compose = installation.compose
    with ThreadPoolExecutor(1) as line:
        sending = line.submit(under_way.half.sends_the_rest, pause_s=_PAUSE_S)
        began_at = time.monotonic()
        for service in _ALL:
            _crashes(compose, service)
        restarted_s = time.monotonic() - began_at
        installation.is_whole()
        whole_s = time.monotonic() - began_at
        _gets_the_receipt(sending)
    how = under_way.arrives()
    ended_s = time.monotonic() - began_at
    return f"{len(_ALL)} restarted in {restarted_s:.0f} s, all ok after {whole_s:.0f} s, {how} after {ended_s:.0f} s"


def _crashes(compose: Compose, service: str) -> None:
    before = compose.restarts(service)
    compose.crash(service)
    again = f"the engine starts {service} again by itself"
    until(lambda: compose.restarts(service) > before, bool, expected=again, patience_s=60)
    until(lambda: compose.is_running(service), bool, expected=again, patience_s=60)


def _concerned(victim: Victim) -> tuple[str, ...]:
    return tuple(dict.fromkeys((victim.service, "web", "worker-quick", "worker-heavy", "dispatcher")))
