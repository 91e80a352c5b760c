"""A moderator's browser as far as HTTP goes, for what a hundred clips would cost a real one."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final

import requests

from deploy.drill.installation import MODERATOR
from deploy.drill.steps import Unmet, until

if TYPE_CHECKING:
    from deploy.drill.installation import Installation

_TIMEOUT_S: Final = 60.0
_HIDDEN: Final = re.compile(r'<input[^>]*type="hidden"[^>]*>')


class Desk:
    """Somebody who is logged in and decides."""

    def __init__(self, installation: Installation) -> None:
        self._url = installation.url
        self._browser = requests.Session()
        page = self._asks("GET", f"{self._url}/moderate/")
        who = {"email": MODERATOR, "password": installation.password}
        entered = self._asks("POST", page.url, data=_hidden_fields(page.text) | who)
        if "/moderate/" not in entered.url:
            raise Unmet(expected="the desk, after logging in", seen=f"{entered.status_code} at {entered.url}")

    def approves(self, submission_id: str) -> None:
        """Approve a clip as it is now."""
        page = self._asks("GET", f"{self._url}/moderate/{submission_id}")
        form = page.text.partition('<form id="decision"')[2].partition("</form>")[0]
        decided = self._asks(
            "POST",
            f"{self._url}/moderate/{submission_id}/decision",
            data=_hidden_fields(form) | {"decision": "approve"},
            allow_redirects=False,
        )
        if decided.status_code != requests.codes.see_other:
            raise Unmet(expected="303, the next clip", seen=f"{decided.status_code} for {submission_id}")

    def _asks(self, method: str, url: str, **options: Any) -> requests.Response:  # noqa: ANN401 - as requests has it
        # Nobody decides ten times a second, and the proxy says so to whoever does.
        return until(
            lambda: self._browser.request(method, url, timeout=_TIMEOUT_S, **options),
            lambda answer: answer.status_code != requests.codes.too_many_requests,
            expected="an answer, after a moment's rest",
            patience_s=_TIMEOUT_S,
        )


def _hidden_fields(text: str) -> dict[str, str]:
    return {_attribute("name", tag): _attribute("value", tag) for tag in _HIDDEN.findall(text)}


def _attribute(name: str, tag: str) -> str:
    found = re.search(f'{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""
