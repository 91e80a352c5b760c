"""What mails say: in both languages, as text and as HTML, with nothing in it that is not ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from intake import wording
from intake.domain.calls import LocalText
from intake.domain.checks import Check, CheckCode, Reason, Unit, Verdict
from intake.domain.deletions import DeletedFile, Deletion
from intake.domain.jobs import JobKind
from intake.mail.editions import Mail, put_into_words

NOON = datetime(2026, 11, 28, 11, 0, tzinfo=UTC)
SECRET_URL = "https://video.example.org/submissions/s3cret"
CLIP_URL = "https://video.example.org/gallery/pistoia2030/abc"
TOO_SHORT = Check(
    code=CheckCode.DURATION,
    verdict=Verdict.FAIL,
    reason=Reason.TOO_SHORT,
    measured=4.2,
    limit=10.0,
    unit=Unit.SECONDS,
)
NOISY = Check(code=CheckCode.NOISE, verdict=Verdict.WARN, reason=Reason.NOISY)


@dataclass(frozen=True)
class Titled:
    """As much of a call as a mail speaks of."""

    title: LocalText


def a_deletion(kind: JobKind, *names: str) -> Deletion:
    files = tuple(DeletedFile(name=name, size_bytes=6_200_000) for name in names)
    return Deletion(kind=kind, asked_by="sender", files=files, deleted_at=NOON)


FACTS = {
    "name": "Anna",
    "file": "video.mp4",
    "received_at": NOON,
    "call": Titled(LocalText(words={"it": "Racconta la tua innovazione", "en": "Tell us about your innovation"})),
    "status_url": SECRET_URL,
    "clip_url": CLIP_URL,
    "failures": [TOO_SHORT],
    "warnings": [NOISY],
    "reason": "Il volto è controluce.\nProva <davanti> a una finestra & riprova.",
    "was_public": True,
    "was_received": True,
    "deleted_at": NOON,
    "started_at": NOON,
    "given_up_at": NOON,
    "waited_for_review": True,
    "awaits_consent": False,
    "public": a_deletion(JobKind.UNPUBLISH, "1/video.mp4", "1/poster.jpg"),
    "private": a_deletion(JobKind.PURGE, "original/5eed"),
}

EACH_MAIL = pytest.mark.parametrize("mail", Mail)
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", wording.languages())


class Reader(HTMLParser):
    """Reads a mail as its recipient does: the words and the links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self._is_seen = True
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._is_seen = tag not in {"style", "title"}
        self.links += [named["href"] or ""] if tag == "a" else []
        self.fetched += [f"<{tag}>"] if "src" in named or tag in {"link", "script", "img", "iframe"} else []

    def handle_endtag(self, _tag: str) -> None:
        self._is_seen = True

    def handle_data(self, data: str) -> None:
        self.words += data.split() if self._is_seen else []


@IN_EACH_LANGUAGE
@EACH_MAIL
def test_both_editions_say_the_same(mail: Mail, language: str) -> None:
    words = put_into_words(mail, language, FACTS)

    read = Reader(words.html)
    missing = [link for link in read.links if link not in words.text]
    in_text = set(re.findall(r"\w+", words.text.lower()))
    in_html = set(re.findall(r"\w+", " ".join([*read.words, *read.links]).lower()))
    assert missing == []
    assert in_text <= in_html


@IN_EACH_LANGUAGE
@EACH_MAIL
def test_the_html_fetches_nothing_and_follows_nobody(mail: Mail, language: str) -> None:
    html = put_into_words(mail, language, FACTS).html

    assert Reader(html).fetched == []
    assert "url(" not in html
    assert set(Reader(html).links) <= {SECRET_URL, CLIP_URL}


@EACH_MAIL
def test_every_mail_is_translated(mail: Mail) -> None:
    italian, english = (put_into_words(mail, language, FACTS) for language in ("it", "en"))

    paragraphs = {paragraph for paragraph in italian.text.split("\n\n") if "http" not in paragraph}
    assert italian.subject != english.subject
    assert {one for one in paragraphs & set(english.text.split("\n\n")) if not one.startswith(">")} == set()


@EACH_MAIL
def test_text_is_short_lines_with_one_empty_line_between(mail: Mail) -> None:
    text = put_into_words(mail, "it", FACTS).text

    assert "\n\n\n" not in text
    assert max(len(line) for line in text.splitlines()) <= 78


@pytest.mark.parametrize("mail", sorted(set(Mail) - {Mail.WITHDRAWN}))
def test_the_secret_link_is_there_to_be_kept(mail: Mail) -> None:
    assert SECRET_URL in put_into_words(mail, "it", FACTS).text


def test_a_verdict_has_each_reason_with_its_advice() -> None:
    text = put_into_words(Mail.REFUSED, "it", FACTS).text

    assert "DURATA\n  Il video dura 4,2 s; servono almeno 10 s." in text
    assert "RUMORE DI FONDO" in text


@pytest.mark.parametrize(("count", "said"), [(1, "c'è un problema"), (2, "ci sono 2 problemi")])
def test_problems_are_counted_as_people_do(count: int, said: str) -> None:
    words = put_into_words(Mail.REFUSED, "it", FACTS | {"failures": [TOO_SHORT] * count, "warnings": []})

    assert said in words.text
    assert "migliorare" not in words.text


def test_what_a_moderator_wrote_is_quoted_as_it_is() -> None:
    words = put_into_words(Mail.ASKED_AGAIN, "it", FACTS)

    assert "> Il volto è controluce.\n> Prova <davanti> a una finestra & riprova." in words.text
    assert "Prova &lt;davanti&gt; a una finestra &amp; riprova." in words.html


def test_whoever_has_no_name_is_greeted_all_the_same() -> None:
    assert put_into_words(Mail.RECEIPT, "it", FACTS | {"name": None}).text.startswith("Ciao,\n")


@pytest.mark.parametrize(
    ("was_public", "was_received", "said", "unsaid"),
    [
        (True, True, "galleria pubblica", "era arrivato"),
        (False, True, "video che hai mandato", "galleria pubblica"),
        (False, False, "era arrivato", "video che hai mandato"),
    ],
    ids=["it was public", "it was received", "it never came"],
)
def test_a_confirmation_says_what_was_deleted_and_nothing_else(
    *, was_public: bool, was_received: bool, said: str, unsaid: str
) -> None:
    facts = FACTS | {"was_public": was_public, "was_received": was_received}

    text = put_into_words(Mail.WITHDRAWN, "it", facts).text

    assert said in text
    assert unsaid not in text
    assert "28 novembre 2026, 12:00" in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("it", ["le immagini (1 file, 6,2 MB);", "galleria pubblica (2 file, 12,4 MB);"]),
        ("en", ["(1 file, 6.2 MB);", "(2 files, 12.4 MB);"]),
    ],
)
def test_a_confirmation_says_how_much_was_deleted(language: str, said: list[str]) -> None:
    words = put_into_words(Mail.WITHDRAWN, language, FACTS)

    text = " ".join(words.text.split())
    assert [part for part in said if part not in text] == []


@pytest.mark.parametrize("missing", ["public", "private"])
def test_a_confirmation_without_a_list_says_no_numbers_of_it(missing: str) -> None:
    text = put_into_words(Mail.WITHDRAWN, "it", FACTS | {missing: None}).text

    assert text.count(" MB") == 1
