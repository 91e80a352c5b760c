"""Reads pages and fills in forms as a browser would, cookies included."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

CALL_PAGE = "/calls/pistoia2030"
VIDEO = b"eleven byte"


class Page(HTMLParser):
    """What an HTML answer shows: its elements with their attributes, and its words."""

    def __init__(self, answer: TestResponse) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.inline_code: list[str] = []
        self._inside = ""
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        # What no browser runs is no code.
        self._inside = "data" if dict(attrs).get("type") == "application/ld+json" else tag

    def handle_endtag(self, _tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words and self._inside in {"script", "style"}:
            self.inline_code.append(words)
        elif words:
            self.words.append(words)

    @property
    def text(self) -> str:
        """All words, with single spaces."""
        return " ".join(self.words)

    @property
    def lang(self) -> str:
        return self.all("html")[0]["lang"]

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    def field(self, name: str) -> dict[str, str]:
        """The attributes of the first control of that name."""
        return next(attributes for _, attributes in self.elements if attributes.get("name") == name)

    def value(self, name: str) -> str:
        """What the first control of that name would send."""
        return self.field(name).get("value", "")

    def has_id(self, wanted: str) -> bool:
        return any(attributes.get("id") == wanted for _, attributes in self.elements)

    @property
    def links(self) -> list[str]:
        return [attributes["href"] for attributes in self.all("a") if "href" in attributes]

    @property
    def rows(self) -> list[str]:
        """The submissions that a queue's page links to, whatever view goes along."""
        targets = [link.partition("?")[0] for link in self.links]
        return [target for target in targets if re.fullmatch(r"[0-9a-f-]{36}", target)]

    def pressed_by(self, key: str) -> str:
        """Where the first link leads that a key presses."""
        return next(link["href"] for link in self.all("a") if link.get("data-key") == key)


def a_form(client: FlaskClient, *, query: str = "", **changes: object) -> dict[str, object]:
    """The call's form as Anna fills it in."""
    page = Page(client.get(CALL_PAGE + query))
    fields: dict[str, object] = {
        "given_name": "Anna",
        "family_name": "Rossi",
        "role": "Titolare",
        "organisation": "Officina Rossi",
        "organisation_kind": "impresa",
        "email": "anna.rossi@example.org",
        "consent_gallery": "y",
        "language": page.value("language"),
        "submission_key": page.value("submission_key"),
        "csrf_token": page.value("csrf_token"),
        "video": File(),
    } | changes
    return fields


@dataclass(frozen=True)
class File:
    """A file that a visitor chose."""

    name: str = "video.mp4"
    content: bytes = VIDEO


def filled(fields: dict[str, object]) -> dict[str, object]:
    """The fields as the test client sends them: None leaves a field away, a file is opened anew each time."""
    return {
        name: (io.BytesIO(value.content), value.name) if isinstance(value, File) else value
        for name, value in fields.items()
        if value is not None
    }


def send(client: FlaskClient, *, query: str = "", **changes: object) -> TestResponse:
    """Fill in the call's form and send it."""
    return client.post(CALL_PAGE + query, data=filled(a_form(client, query=query, **changes)))


def a_secret(client: FlaskClient, **changes: object) -> str:
    """Send a video and keep the secret of the receipt."""
    answer = send(client, **changes)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].partition("?")[0].rpartition("/")[2]


def press(client: FlaskClient, page_url: str, action: str, **fields: object) -> TestResponse:
    """Send a form of a page, with the token against forged requests that the page carries."""
    page = Page(client.get(page_url))
    return client.post(action, data=filled({"csrf_token": page.value("csrf_token")} | fields))
