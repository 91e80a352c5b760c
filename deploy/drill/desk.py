"""A moderator's browser as far as HTTP goes, for what a hundred clips would cost a real one."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

import requests

from deploy.drill.installation import MODERATOR
from deploy.drill.steps import Unmet

if TYPE_CHECKING:
    from deploy.drill.installation import Installation

_TIMEOUT_S: Final = 60.0
_HIDDEN: Final = re.compile(r'<input[^>]*type="hidden"[^>]*>')


class Desk:
    """Somebody who is logged in and decides."""

    def __init__(self, installation: Installation) -> None:
        self._url = installation.url
        self._browser = requests.Session()
        page = self._browser.get(f"{self._url}/moderate/", timeout=_TIMEOUT_S)
        who = {"email": MODERATOR, "password": installation.password}
        entered = self._browser.post(page.url, data=_hidden_fields(page.text) | who, timeout=_TIMEOUT_S)
        if "/moderate/" not in entered.url:
            raise Unmet(expected="the desk, after logging in", seen=f"{entered.status_code} at {entered.url}")

    def approves(self, submission_id: str) -> None:
        """Approve a clip as it is now."""
        page = self._browser.get(f"{self._url}/moderate/{submission_id}", timeout=_TIMEOUT_S)
        form = page.text.partition('<form id="decision"')[2].partition("</form>")[0]
        decided = self._browser.post(
            f"{self._url}/moderate/{submission_id}/decision",
            data=_hidden_fields(form) | {"decision": "approve"},
            timeout=_TIMEOUT_S,
            allow_redirects=False,
        )
        if decided.status_code != requests.codes.see_other:
            raise Unmet(expected="303, the next clip", seen=f"{decided.status_code} for {submission_id}")


def _hidden_fields(text: str) -> dict[str, str]:
    return {_attribute("name", tag): _attribute("value", tag) for tag in _HIDDEN.findall(text)}


def _attribute(name: str, tag: str) -> str:
    found = re.search(f'{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""
