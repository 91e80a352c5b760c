"""Pages, styles and scripts: sent compressed to whoever reads that, and whole to whoever does not."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from tests.integration.pages.browsing import CALL_PAGE, Page

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


def sheet(client: FlaskClient) -> str:
    return next(link["href"] for link in Page(client.get(CALL_PAGE)).all("link") if link.get("rel") == "stylesheet")


def ask(client: FlaskClient, url: str, accept_encoding: str) -> TestResponse:
    return client.get(url, headers={"Accept-Encoding": accept_encoding})


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_a_style_sheet_comes_in_the_smallest_coding_that_is_read(
    client: FlaskClient, accepted: str, coding: str | None
) -> None:
    answer = ask(client, sheet(client), accepted)

    assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, coding)
    assert answer.mimetype == "text/css"
    assert "Accept-Encoding" in answer.vary
    assert answer.cache_control.max_age == 31_536_000


def test_what_is_unpacked_is_what_was_built(client: FlaskClient) -> None:
    url = sheet(client)

    packed, whole = ask(client, url, "gzip").data, ask(client, url, "identity").data

    assert gzip.decompress(packed) == whole
    assert len(ask(client, url, "br").data) < len(packed) < len(whole)


def test_a_font_is_sent_as_it_is(client: FlaskClient) -> None:
    font = next(link["href"] for link in Page(client.get(CALL_PAGE)).all("link") if link.get("as") == "font")

    answer = ask(client, font, "gzip, br")

    assert (answer.status_code, answer.mimetype) == (200, "font/woff2")
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("path", ["dist/nothing.css", "dist/../../settings.py", "../app.py", "dist/"])
def test_nothing_else_is_found_there(client: FlaskClient, path: str) -> None:
    assert ask(client, f"/static/{path}", "br").status_code == 404


@pytest.mark.parametrize(("accepted", "coding"), [("gzip, br", "gzip"), ("br", None), ("", None)])
def test_a_page_comes_compressed_to_whoever_reads_that(client: FlaskClient, accepted: str, coding: str | None) -> None:
    answer = ask(client, CALL_PAGE, accepted)

    assert answer.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in answer.vary


def test_a_compressed_page_is_the_page(client: FlaskClient) -> None:
    answer = ask(client, CALL_PAGE, "gzip")

    assert "Racconta la tua innovazione" in gzip.decompress(answer.data).decode()
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_what_is_short_is_not_worth_it(client: FlaskClient) -> None:
    assert "Content-Encoding" not in ask(client, "/_health", "gzip").headers
