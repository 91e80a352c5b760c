"""Reading a call from its document: what it says, and every way it can say nothing."""

from __future__ import annotations

import hashlib
import tomllib
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake.domain.calls import BadCall, ConsentKind, Format, read_call
from intake.setup import SHIPPED_CALLS

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def document() -> dict[str, Any]:
    return tomllib.loads((SHIPPED_CALLS / "pistoia2030.toml").read_text(encoding="utf-8"))


def test_the_call_that_ships_is_what_the_programme_asks_for(document: dict[str, Any]) -> None:
    call = read_call(document)

    rules = call.rules
    assert (call.slug, len(call.steps)) == ("pistoia2030", 4)
    assert (rules.min_duration_s, rules.max_duration_s, rules.max_bytes) == (10, 180, 500_000_000)
    assert (rules.min_short_side_px, rules.warn_short_side_px, rules.max_long_side_px) == (240, 480, 4096)
    assert rules.formats == (Format.MP4, Format.MOV)
    assert [kind.value for kind in call.organisation_kinds] == [
        "impresa",
        "istituzione",
        "associazione",
        "scuola",
        "professionista",
        "altro",
    ]
    assert [(consent.kind, consent.required) for consent in call.consents] == [
        (ConsentKind.GALLERY, True),
        (ConsentKind.SOCIAL, False),
        (ConsentKind.DOWNLOAD, False),
    ]


def without(*path: str) -> Callable[[dict[str, Any]], None]:
    def remove(document: dict[str, Any]) -> None:
        *folders, name = path
        table = document
        for folder in folders:
            table = table[folder]
        del table[name]

    return remove


def having(value: object, *path: str) -> Callable[[dict[str, Any]], None]:
    def put(document: dict[str, Any]) -> None:
        *folders, name = path
        table = document
        for folder in folders:
            table = table[folder]
        table[name] = value

    return put


PROBLEMS = [
    pytest.param(without("slug"), "slug is missing", id="no slug"),
    pytest.param(without("title"), "title is missing", id="no title"),
    pytest.param(without("title", "en"), "en", id="a title in one language"),
    pytest.param(without("rules"), "rules is missing", id="no rules"),
    pytest.param(without("rules", "max_bytes"), "max_bytes is missing", id="no size"),
    pytest.param(without("consents"), "consents is missing", id="no consents"),
    pytest.param(having("Pistoia 2030", "slug"), "slug must be", id="a slug no address can hold"),
    pytest.param(having("a", "slug"), "slug must be", id="a short slug"),
    pytest.param(having("../etc", "slug"), "slug must be", id="a slug that climbs"),
    pytest.param(having(180, "rules", "min_duration_s"), "must be below", id="no room between the durations"),
    pytest.param(having("long", "rules", "max_duration_s"), "could not convert", id="a duration in words"),
    pytest.param(having(["avi"], "rules", "formats"), "avi", id="a format we do not take"),
    pytest.param(having([], "rules", "formats"), "must not be empty", id="no format"),
    pytest.param(having([], "steps"), "must not be empty", id="no step"),
    pytest.param(having([], "organisation_kinds"), "must not be empty", id="no kind of organisation"),
    pytest.param(having([], "consents"), "gallery consent", id="no consent at all"),
    pytest.param(having("no table", "title"), "must be a mapping", id="a title that is no table"),
    pytest.param(having("2026-01-01T00:00:00", "closes_at"), "time zone", id="an end without a time zone"),
    pytest.param(having("tomorrow", "opens_at"), "tomorrow", id="a beginning that is no date"),
]


@pytest.mark.parametrize(("spoil", "sentence"), PROBLEMS)
def test_a_document_that_describes_no_call_says_why(
    document: dict[str, Any], spoil: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    spoilt = deepcopy(document)
    spoil(spoilt)

    with pytest.raises(BadCall, match=sentence):
        read_call(spoilt)


def test_a_slug_that_is_a_number_is_read_as_its_digits(document: dict[str, Any]) -> None:
    assert read_call(document | {"slug": 2030}).slug == "2030"


def test_a_gallery_consent_that_is_optional_makes_no_call(document: dict[str, Any]) -> None:
    document["consents"][0]["required"] = False

    with pytest.raises(BadCall, match="gallery consent"):
        read_call(document)


def test_a_warning_about_small_pictures_is_optional(document: dict[str, Any]) -> None:
    del document["rules"]["warn_short_side_px"]

    assert read_call(document).rules.warn_short_side_px == 240


@pytest.mark.parametrize(
    ("opens_after", "closes_after", "is_open"),
    [
        (None, None, True),
        (timedelta(0), None, True),
        (timedelta(seconds=1), None, False),
        (None, timedelta(0), False),
        (None, timedelta(seconds=1), True),
        (timedelta(-1), timedelta(1), True),
    ],
    ids=["without dates", "at its first moment", "before it", "at its end", "before its end", "in between"],
)
def test_a_call_is_open_from_its_beginning_until_its_end(
    document: dict[str, Any], *, opens_after: timedelta | None, closes_after: timedelta | None, is_open: bool
) -> None:
    dates = {"opens_at": opens_after, "closes_at": closes_after}
    document |= {name: (NOW + span).isoformat() for name, span in dates.items() if span is not None}

    assert read_call(document).is_open(NOW) is is_open


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_consent_s_hash_is_that_of_exactly_its_words(document: dict[str, Any], language: str) -> None:
    consent = read_call(document).consents[0]

    words = document["consents"][0]["text"][language]
    assert consent.text_sha256(language) == hashlib.sha256(words.encode()).hexdigest()


def test_a_kind_the_call_no_longer_has_is_shown_as_it_was_stored(document: dict[str, Any]) -> None:
    call = read_call(document)

    assert (call.kind_label("scuola", "en"), call.kind_label("banca", "en")) == ("School", "banca")


def test_a_language_we_do_not_speak_gets_italian(document: dict[str, Any]) -> None:
    assert read_call(document).title.in_language("fr") == document["title"]["it"]


def in_german(value: Any) -> Any:  # noqa: ANN401 - any part of a document
    """The document with German beside every Italian text."""
    if isinstance(value, list):
        return [in_german(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {name: in_german(entry) for name, entry in value.items()} | ({"de": "Auf Deutsch"} if is_text(value) else {})


def is_text(table: dict[str, Any]) -> bool:
    """Whether a table holds one text in several languages, and not phrases to listen for."""
    return isinstance(table.get("it"), str)


def test_a_call_speaks_every_language_of_its_file(document: dict[str, Any]) -> None:
    call = read_call(in_german(document))

    assert (call.title.in_language("de"), call.consents[0].text.language_for("de")) == ("Auf Deutsch", "de")
    assert call.title.in_language("en") == document["title"]["en"]


def test_a_call_speaks_one_language_in_all_its_texts_or_not_at_all(document: dict[str, Any]) -> None:
    document["title"]["de"] = "Auf Deutsch"

    with pytest.raises(BadCall, match="a text is missing in de"):
        read_call(document)


def test_a_call_without_italian_is_none(document: dict[str, Any]) -> None:
    document["brief"] = {"en": "Only English"}

    with pytest.raises(BadCall, match="missing in it: “Only English”"):
        read_call(document)


def test_a_consent_s_words_are_hashed_as_the_page_shows_them(document: dict[str, Any]) -> None:
    document["consents"][0]["text"]["it"] = "\n  Acconsento.\n"

    text = read_call(document).consents[0]

    assert (text.text.in_language("it"), text.text_sha256("it")) == (
        "Acconsento.",
        hashlib.sha256(b"Acconsento.").hexdigest(),
    )


def test_phrases_to_listen_for_are_lists(document: dict[str, Any]) -> None:
    document["steps"][0]["listen_for"] = {"it": "mi chiamo"}

    with pytest.raises(BadCall, match="listen_for needs a list"):
        read_call(document)


def test_captions_are_asked_for_and_not_demanded(document: dict[str, Any]) -> None:
    assert not read_call(document).requires_captions
    assert read_call(document | {"captions": {"required": True}}).requires_captions


def test_italian_is_spoken_unless_the_call_says_otherwise(document: dict[str, Any]) -> None:
    assert read_call(document).spoken_language == "it"
    assert read_call(document | {"spoken_language": "en"}).spoken_language == "en"


def test_a_language_that_nobody_knows_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(BadCall, match="spoken_language is no language that we know"):
        read_call(document | {"spoken_language": "english"})
