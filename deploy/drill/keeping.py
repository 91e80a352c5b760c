"""A backup, what is erased after it, and an empty machine that is given the backup."""

from __future__ import annotations

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import requests

from deploy.drill import browsers
from deploy.drill.desk import Desk
from deploy.drill.killing import WAITS
from deploy.drill.phone import Phone, insists
from deploy.drill.steps import PATIENCE_S, require, until
from tests.people import Visitor, plays

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.sync_api import Browser

    from deploy.drill.installation import Installation
    from deploy.drill.steps import Book

WITHDRAWN: Final = "withdrawn"

_LINES: Final = 3
"""So many send at once, and so many films are fetched at once."""

_ONE_IN: Final = 20
"""So many people are one who takes their video back after the backup."""

_S_A_CLIP: Final = 15.0
"""What a clip may take at most to be judged and published on a busy machine."""

_CONCERNED: Final = ("web", "worker-quick", "worker-heavy", "dispatcher", "storage")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What outlives the machine: what an operator keeps elsewhere, and who sent what.

    Attributes:
        backup: The folder the backup was written to.
        secrets: The folder of the secrets.
        erased: Who took their video back after the backup.
        others: Everybody else.
    """

    backup: Path
    secrets: Path
    erased: Sequence[Phone]
    others: Sequence[Phone]


def is_backed_up(book: Book, installation: Installation, clip: Path, *, count: int, folder: Path) -> Kept:
    """Fill a gallery, take a backup, and have some people take their videos back after it."""
    compose, erased = installation.compose, max(1, count // _ONE_IN)
    phones = [Phone(installation.url, clip, family_name=f"Copia{number}") for number in range(count)]
    with book.step(f"{count} people send a small clip", *_CONCERNED, of=compose), ThreadPoolExecutor(_LINES) as lines:
        list(lines.map(Phone.sends, phones))
    with book.step("all of them are judged, approved and public", *_CONCERNED, of=compose) as note:
        desk = Desk(installation)
        for phone in phones:
            until(phone.stands, WAITS.__eq__, expected=f"{phone.name}'s video is judged")
            desk.approves(phone.submission_id)
        names = until(
            lambda: set(_gallery(installation)),
            lambda seen: {phone.name for phone in phones} <= seen,
            expected=f"{count} names in the gallery",
            patience_s=PATIENCE_S + count * _S_A_CLIP,
        )
        note.says(f"{len(names)} in the gallery")
    folder.mkdir()
    # The service's user is not the one who makes the folder.
    folder.chmod(0o777)
    with book.step("a backup while the service runs", *_CONCERNED, of=compose) as note:
        note.says(_last_line(compose.once("web", "intake", "backup", "/backup", folder=folder)))
    with book.step("the backup is read from end to end", "web", of=compose) as note:
        note.says(_last_line(compose.once("web", "intake", "backup", "/backup", "--check", folder=folder)))
    gone, others = phones[:erased], phones[erased:]
    with book.step(f"{erased} of them take theirs back after it", *_CONCERNED, of=compose) as note:
        for phone in gone:
            phone.withdraws()
            require(phone.stands().startswith(WITHDRAWN), expected=WITHDRAWN, seen=phone.stands())
        note.says(_last_line(compose.once("web", "intake", "backup", "/backup", "--tombstones-only", folder=folder)))
    secrets = folder.with_name(f"{folder.name}-secrets")
    shutil.copytree(installation.folder / "deploy" / "secrets", secrets)
    return Kept(backup=folder, secrets=secrets, erased=gone, others=others)


def is_restored(book: Book, installation: Installation, browser: Browser, kept: Kept) -> None:
    """Bring the backup back on a machine with nothing on it."""
    compose = installation.compose
    shutil.copytree(kept.secrets, installation.folder / "deploy" / "secrets", dirs_exist_ok=True)
    with book.step("an empty machine is given the backup, before anybody can reach it", "init", of=compose) as note:
        compose.up_only("database", "storage")
        note.says(_last_line(compose.once("web", "intake", "restore", "/backup", folder=kept.backup)))
    with book.step("then the service starts", *_CONCERNED, of=compose):
        compose.up()
        installation.is_whole()
    with book.step("who took theirs back after the backup stays erased", "web", "worker-quick", of=compose) as note:
        shown = _gallery(installation)
        back = [phone.name for phone in kept.erased if phone.name in shown]
        require(not back, expected="none of them in the gallery", seen=", ".join(back))
        for phone in kept.erased:
            phone.moves_to(installation.url)
            require(phone.stands().startswith(WITHDRAWN), expected=WITHDRAWN, seen=phone.stands())
        note.says(f"{len(kept.erased)} of {len(kept.erased)} withdrawn, none in the gallery")
    with book.step("everybody else's clip is whole", "web", "storage", of=compose) as note:
        lost = [phone.name for phone in kept.others if phone.name not in shown]
        require(not lost, expected="all of them in the gallery", seen=f"without {', '.join(lost)}")
        with ThreadPoolExecutor(_LINES) as lines:
            whole = sum(lines.map(_is_whole, [shown[phone.name] for phone in kept.others]))
        require(whole == len(kept.others), expected=f"{len(kept.others)} films as their manifests say", seen=whole)
        note.says(f"{whole} of {len(kept.others)} films have the SHA-256 of their manifests")
    with book.step("and one of them plays", "web", "proxy", of=compose):
        visitor = Visitor(browsers.phone(browser), installation.url)
        visitor.opens_the_gallery()
        visitor.goes_to(shown[kept.others[-1].name]["url"])
        plays(visitor.video)
    # They are the service's user's, whom nobody else may tidy up after.
    compose.once("web", "sh", "-c", "rm -rf /backup/*", folder=kept.backup)


def _gallery(installation: Installation) -> dict[str, dict[str, Any]]:
    """Return every public clip, by its sender's name."""
    clips: dict[str, dict[str, Any]] = {}
    url = f"{installation.url}/api/v1/gallery/pistoia2030"
    while url:
        # A gallery of 200 has more pages than one address may read in a second.
        page = insists(partial(requests.get, url, timeout=30)).json()
        clips |= {clip["name"]: clip for clip in page["clips"]}
        url = page["next_url"]
    return clips


def _is_whole(clip: dict[str, Any]) -> bool:
    """Fetch a film as everybody may, and compare it with what its manifest says."""
    folder, _, name = clip["video_url"].rpartition("/")
    manifest = requests.get(f"{folder}/manifest.json", timeout=60).json()
    wanted = [file["sha256"] for file in manifest["files"] if file["name"] == name]
    return wanted == [hashlib.sha256(requests.get(clip["video_url"], timeout=60).content).hexdigest()]


def _last_line(said: str) -> str:
    return (said.strip().splitlines() or [""])[-1]
