"""Somebody's phone: sends a file in parts as the page does, four at a time, and does not give up."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import requests

from tests.builders import CALL, a_sender

if TYPE_CHECKING:
    from pathlib import Path

PARTS_AT_ONCE: Final = 4
TRIES: Final = 100
WAIT_S: Final = 0.01
"""A hundredth of what people's browsers wait at first: the tests have no time, and a line of their own."""


class Phone:
    """Holds a file, and the secret of the submission it is sent for."""

    def __init__(self, url: str, video: Path) -> None:
        self._api, self._video = f"{url}/api/v1", video
        self.token = ""

    def announces(self) -> None:
        """Say who is sending what; from here on the details are safe."""
        file = {"name": self._video.name, "size_bytes": self._video.stat().st_size, "type": "video/mp4"}
        details = {**vars(a_sender()), "consent_gallery": True, "file": file}
        self.token = self._asks("POST", f"/calls/{CALL}/submissions", details)["token"]

    def sends(self) -> None:
        """Send what has not arrived, and take the receipt."""
        held = self._asks("GET", "/submission/upload")
        content, part_bytes = self._video.read_bytes(), held["part_bytes"]
        missing = set(range(1, -(-len(content) // part_bytes) + 1)) - {part["part_number"] for part in held["parts"]}
        signed = self._asks("POST", "/submission/upload/sign", {"part_numbers": sorted(missing)})["parts"]
        with ThreadPoolExecutor(PARTS_AT_ONCE) as pool, requests.Session() as lines:
            for part in signed:
                start = (part["part_number"] - 1) * part_bytes
                pool.submit(_insists, lines, part, content[start : start + part_bytes])
        self._asks("POST", "/submission/upload/complete")

    def _asks(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = requests.request(method, self._api + path, json=body, headers=bearer, timeout=30)
        answer.raise_for_status()
        answered: dict[str, Any] = answer.json()
        return answered


def _insists(lines: requests.Session, part: dict[str, Any], content: bytes) -> None:
    for failures in range(TRIES):
        try:
            lines.put(part["url"], data=content, headers=part["headers"], timeout=30).raise_for_status()
        except requests.ConnectionError:
            time.sleep(WAIT_S * min(failures, 10))
        else:
            return
