"""Somebody's program that sends a video as docs/api.md says, and does not give up."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any, Final

import requests

from deploy.drill.steps import Unmet
from tests.builders import CALL, a_sender

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

_PATIENCE_S: Final = 300.0
_ASK_AGAIN_AFTER_S: Final = 1.0
_TIMEOUT_S: Final = 30.0
_GONE_FOR_GOOD: Final = frozenset({400, 401, 404, 409, 410, 413, 422})
"""Answers that repeating does not change. Source: docs/api.md, "When something is refused"."""


class Phone:
    """Sends one video for one person.

    Attributes:
        name: The person's, in full.
        email: Theirs alone.
        submission_id: Known from the receipt on.
    """

    def __init__(self, url: str, video: Path, *, family_name: str) -> None:
        self.name, self.email = f"Ada {family_name}", f"ada.{family_name.lower()}@example.org"
        self.submission_id = ""
        self._api, self._url, self._video = f"{url}/api/v1", url, video
        self._size_bytes = video.stat().st_size
        self._details = a_sender(given_name="Ada", family_name=family_name, email=self.email)
        self._headers = {"Idempotency-Key": uuid.uuid4().hex}
        self._part_bytes = self._size_bytes

    @property
    def status_url(self) -> str:
        """The page by which they take the video back."""
        return f"{self._url}/submissions/{self._headers['Authorization'].removeprefix('Bearer ')}"

    def announces(self) -> None:
        """Hand in everything but the bytes."""
        told = {"name": self._video.name, "size_bytes": self._size_bytes, "type": "video/mp4"}
        letter = {**vars(self._details), "consent_gallery": True, "file": told}
        made = self._asks("POST", f"/calls/{CALL}/submissions", letter)
        self._headers["Authorization"] = f"Bearer {made['token']}"
        self._part_bytes = made["upload"]["part_bytes"]

    def sends(self) -> None:
        """Send all of it, and take the receipt."""
        self.announces()
        self.sends_the_rest()

    def sends_parts(self, count: int) -> int:
        """Send so many of the parts that are missing, and return how many the service then holds."""
        for number, _ in zip(self._missing(), range(count), strict=False):
            self._puts(number)
        return len(self._arrived())

    def sends_the_rest(self, *, pause_s: float = 0) -> None:
        """Send what has not arrived, however often it takes, and take the receipt."""
        # What was put may be lost with the storage that took it, so the service is asked again.
        while missing := list(self._missing()):
            for number in missing:
                self._puts(number)
                time.sleep(pause_s)
        self.submission_id = self._asks("POST", "/submission/upload/complete")["id"]

    def stands(self) -> str:
        """Ask in which state the submission rests; `working` is added while somebody works on it."""
        told = self._asks("GET", "/submission")
        return f"{told['state']}, working" if told["working"] else str(told["state"])

    def moves_to(self, url: str) -> None:
        """Ask the service where it is from now on."""
        self._api, self._url = f"{url}/api/v1", url

    def withdraws(self) -> None:
        """Take the video back."""
        self._asks("DELETE", "/submission")

    def _missing(self) -> Iterator[int]:
        arrived = self._arrived()
        return (number for number in range(1, -(-self._size_bytes // self._part_bytes) + 1) if number not in arrived)

    def _arrived(self) -> set[int]:
        return {part["part_number"] for part in self._asks("GET", "/submission/upload")["parts"]}

    def _puts(self, number: int) -> None:
        # Whatever the storage answers, the next try has another link.
        insists(lambda: self._tries_to_put(number), final=())

    def _tries_to_put(self, number: int) -> requests.Response:
        [part] = self._asks("POST", "/submission/upload/sign", {"part_numbers": [number]})["parts"]
        with self._video.open("rb") as file:
            file.seek((number - 1) * self._part_bytes)
            content = file.read(part["size_bytes"])
        return requests.put(part["url"], data=content, headers=part["headers"], timeout=_TIMEOUT_S)

    def _asks(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        url = self._api + path
        # One line for each question: one that is kept open may end with the container at its other end.
        answer = insists(lambda: requests.request(method, url, json=body, headers=self._headers, timeout=_TIMEOUT_S))
        told: dict[str, Any] = answer.json()
        return told


def insists(ask: Callable[[], requests.Response], *, final: Collection[int] = _GONE_FOR_GOOD) -> requests.Response:
    """Ask again while nobody answers, or the answer is to come back later.

    Raises:
        Unmet: It was refused for good, or for too long.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        answer = _answer(ask)
        if isinstance(answer, requests.Response) and answer.ok:
            return answer
        if time.monotonic() > deadline or _status(answer) in final:
            raise Unmet(expected="an answer that a program can go on with", seen=_in_words(answer))
        time.sleep(_ASK_AGAIN_AFTER_S)


def _answer(ask: Callable[[], requests.Response]) -> requests.Response | requests.RequestException:
    try:
        return ask()
    except requests.RequestException as error:
        return error


def _status(answer: requests.Response | requests.RequestException) -> int | None:
    return answer.status_code if isinstance(answer, requests.Response) else None


def _in_words(answer: requests.Response | requests.RequestException) -> str:
    return f"{answer.status_code} {answer.text[:300]}" if isinstance(answer, requests.Response) else repr(answer)
