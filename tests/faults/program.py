"""Somebody's program that sends a file in parts, as far as HTTP goes."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import requests

from tests.builders import CALL, a_sender

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT_S = 300


class Program:
    """Sends one file to one service. Answers that never come are as if nobody had answered.

    Attributes:
        url: Of the service; another one when it was started anew.
    """

    def __init__(self, url: str, file: Path, *, address: str = "127.0.0.1") -> None:
        self.url = url
        self._file, self._size_bytes = file, file.stat().st_size
        self._session = requests.Session()
        # A line kept open is closed by the server after two seconds without a word, maybe just as we speak again.
        self._session.headers.update({"X-Forwarded-For": address, "Connection": "close"})
        self._key = uuid.uuid4().hex
        self.timings_s: list[float] = []

    def announces(self) -> None:
        """Hand in everything but the bytes."""
        body = {**vars(a_sender()), "consent_gallery": True, "file": self._told()}
        self._session.headers["Idempotency-Key"] = self._key
        made = self._ask("POST", f"/calls/{CALL}/submissions", body).json()
        self._session.headers["Authorization"] = f"Bearer {made['token']}"
        self.token, self._part_bytes = made["token"], made["upload"]["part_bytes"]

    def puts(self, *numbers: int) -> None:
        """Send these parts by their links; all of them where none is named."""
        for part in self.signs(*numbers).json()["parts"]:
            self._put(part)

    def puts_at_once(self, lines: int) -> None:
        """Send all parts, so many at a time."""
        with ThreadPoolExecutor(lines) as pool:
            list(pool.map(self._put, self.signs().json()["parts"]))

    def signs(self, *numbers: int) -> requests.Response:
        """Ask for links."""
        count = -(-self._size_bytes // self._part_bytes)
        return self._ask("POST", "/submission/upload/sign", {"part_numbers": numbers or [*range(1, count + 1)]})

    def begins_again(self) -> requests.Response:
        """Start over from nothing."""
        return self._ask("POST", "/submission/upload", {"file": self._told()})

    def arrived(self) -> list[int]:
        """Which parts the service holds."""
        return [part["part_number"] for part in self._ask("GET", "/submission/upload").json()["parts"]]

    def completes(self) -> dict[str, Any]:
        """Ask for the receipt."""
        receipt: dict[str, Any] = self._ask("POST", "/submission/upload/complete").json()
        return receipt

    def tries(self, *asking: str) -> None:
        """Do things of the above that nobody will answer."""
        with suppress(requests.ConnectionError):
            for name in asking:
                getattr(self, name)()

    def _put(self, part: dict[str, Any]) -> None:
        with self._file.open("rb") as file:
            file.seek((part["part_number"] - 1) * self._part_bytes)
            content = file.read(part["size_bytes"])
        requests.put(part["url"], data=content, headers=part["headers"], timeout=TIMEOUT_S).raise_for_status()

    def _told(self) -> dict[str, object]:
        return {"name": "video.mp4", "size_bytes": self._size_bytes, "type": "video/mp4"}

    def _ask(self, method: str, path: str, body: object = None) -> requests.Response:
        answer = self._session.request(method, f"{self.url}/api/v1{path}", json=body, timeout=TIMEOUT_S)
        answer.raise_for_status()
        self.timings_s.append(answer.elapsed.total_seconds())
        return answer
