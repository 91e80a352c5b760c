"""Somebody's browser without JavaScript, as far as HTTP goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import requests

from tests.builders import CALL, a_sender

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN = re.compile(r"<input[^>]*>")


class Sender:
    """Has the form of the call open."""

    def __init__(self, url: str) -> None:
        self._form_url = f"{url}/calls/{CALL}"
        self._browser = requests.Session()
        page = self._browser.get(self._form_url, timeout=30)
        page.raise_for_status()
        self._hidden = dict(_named_value(tag) for tag in HIDDEN.findall(page.text) if 'type="hidden"' in tag)

    def send(self, clip: Path, *, timeout_s: float = 60) -> requests.Response:
        """Fill the form in and send it; follow where it leads."""
        anna = a_sender()
        fields = {**self._hidden, **vars(anna), "consent_gallery": "y"}
        with clip.open("rb") as file:
            video = {"video": ("video.mp4", file, "video/mp4")}
            return self._browser.post(self._form_url, data=fields, files=video, timeout=timeout_s)


def _named_value(tag: str) -> tuple[str, str]:
    found = {name: re.search(f'{name}="([^"]*)"', tag) for name in ("name", "value")}
    name, value = (match.group(1) if match else "" for match in found.values())
    return name, value
