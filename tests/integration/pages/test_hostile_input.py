"""File names and texts meant to do harm: taken as data, shown as text, never a key and never an error of ours."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.pages.browsing import File, Page, press, send
from tests.integration.pages.rows import all_submissions

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from intake.wiring import Services
    from tests.fakes.bucket import MemoryBucket

SHARED_MEDIA = Path(os.environ.get("SHARED_MEDIA", Path(__file__).parents[4] / "shared" / "media"))
LIST = SHARED_MEDIA / "hostile_filenames.txt"
LISTED = LIST.read_text(encoding="utf-8").splitlines()[1:] if LIST.is_file() else []

OUR_OWN = [
    "../../../etc/passwd.mp4",
    "..\\..\\windows\\system32\\x.mp4",
    "-rf.mp4",
    "<script>alert(1)</script>.mp4",
    "a\u202e4pm.exe.mp4",
    "\u0000.mp4",
    "a" * 300 + ".mp4",
    "con:.mp4",
    "%(expected)s{0}{measured}.mp4",
    "'; DROP TABLE submissions; --.mp4",
    "\N{FACE WITH TEARS OF JOY}.mp4",
]
NAMES = [*OUR_OWN, *LISTED]


@pytest.mark.parametrize("name", NAMES, ids=[f"{number}" for number in range(len(NAMES))])
def test_a_hostile_name_is_refused_or_harmless(
    client: FlaskClient, desk: FlaskClient, services: Services, private: MemoryBucket, name: str
) -> None:
    answer = send(client, video=File(name))

    pages = [
        client.get(answer.headers.get("Location", "/")),
        desk.get("/moderate/?state=uploaded"),
    ]
    shown = [submission.file_name for submission in all_submissions(services)]
    assert answer.status_code in {303, 422}
    assert [page.status_code for page in pages] == [200, 200]
    assert not [
        key for key in private.held if not re.fullmatch(r"submissions/[0-9a-f-]{36}/original/[0-9a-f]{16}", key)
    ]
    assert not [
        name for name in shown if re.search("[\u0000-\u001f\u202a-\u202e\u2066-\u2069]", name) or len(name) > 120
    ]
    assert [Page(page).inline_code for page in pages] == [[], []]


@pytest.mark.skipif(not LISTED, reason="the shared media are not here")
def test_the_list_of_hostile_names_was_read() -> None:
    assert len(LISTED) > 20


@pytest.mark.parametrize(
    "payload",
    [
        "<script>alert(1)</script>",
        '"><svg onload=alert(1)>',
        "' onmouseover='alert(1)",
        "{{ 7 * 7 }}",
        "{% raw %}%(name)s",
        "javascript:alert(1)",
        "&lt;b&gt;",
    ],
)
def test_a_text_that_means_harm_is_shown_as_it_was_typed(client: FlaskClient, payload: str) -> None:
    harm = dict.fromkeys(("given_name", "family_name", "role", "organisation"), payload)

    refused = Page(send(client, video=None, **harm))
    received = Page(client.get(send(client, **harm).headers["Location"]))

    attributes = {name for page in (refused, received) for _, found in page.elements for name in found}
    assert {name: refused.value(name) for name in harm} == harm
    assert received.text.count(" ".join(payload.split())) >= len(harm)
    assert [page.inline_code for page in (refused, received)] == [[], []]
    assert not [name for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("key", ["\u0000", "x" * 500, "<script>", "\ud83d\ude02"])
def test_a_submission_key_is_only_a_key(client: FlaskClient, key: str) -> None:
    assert send(client, submission_key=key.encode("utf-8", "surrogatepass")).status_code in {303, 422}


@pytest.mark.parametrize("language", ["", "xx", "../../etc", "\u0000"])
def test_a_language_we_do_not_speak_becomes_the_page_s(client: FlaskClient, services: Services, language: str) -> None:
    send(client, language=language)

    assert [submission.sender.language for submission in all_submissions(services)] == ["it"]


def test_an_e_mail_address_cannot_carry_a_header(client: FlaskClient, services: Services) -> None:
    send(client, email="anna@example.org\r\nBcc: tutti@example.org")

    assert all_submissions(services) == []


def test_withdrawing_with_a_hostile_secret_finds_nothing(client: FlaskClient) -> None:
    assert press(client, "/", "/submissions/%27%20OR%201=1/withdraw", confirm="y").status_code == 404
