"""Everything that is wrong with a call, each at its place; and what ships is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from intake.domain.call_problems import Flaw, problems_of
from intake.domain.calls import read_call
from intake.domain.colours import contrast
from intake.moderate.calls.typed import document_of, values_of
from intake.setup import default_reasons, read_document, ready_calls, shipped_document

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def document() -> dict[str, Any]:
    return shipped_document("fabcity-milano")


@pytest.mark.parametrize("slug", ready_calls())
def test_what_ships_is_right_and_survives_its_form(slug: str) -> None:
    shipped = shipped_document(slug)

    typed = document_of(values_of(shipped, ("it", "en")), shipped, ("it", "en"))

    assert problems_of(shipped) == []
    assert read_call(typed) == read_call(shipped)


def test_the_focus_group_has_its_hour_and_the_pilot_its_nine_cities(document: dict[str, Any]) -> None:
    event = read_call(shipped_document("vocational-training")).event
    (city,) = read_call(document).fields

    assert event is not None
    assert (event.local_start.month, event.local_start.day, event.local_start.hour) == (9, 14, 13)
    assert [choice.label.in_language("it") for choice in city.choices] == [
        "Amsterdam",
        "Barcellona",
        "Milano",
        "Parigi",
        "Copenaghen",
        "Ginevra",
        "Tallinn",
        "Blönduós",
        "Zagabria",
    ]


@pytest.mark.parametrize(
    ("changes", "place", "flaw"),
    [
        (
            {"event": {"starts_at": "2027-01-01T10:00:00", "time_zone": "Europe/Rome"}},
            "event.starts_at",
            Flaw.BAD_MOMENT,
        ),
        ({"event": {"starts_at": "2027-01-01T10:00:00Z", "time_zone": "Europe"}}, "event.time_zone", Flaw.BAD_ZONE),
        ({"event": {"starts_at": "2027-01-01T10:00:00Z", "time_zone": "../etc"}}, "event.time_zone", Flaw.BAD_ZONE),
        ({"look": {"accent": "#ffd54f"}}, "look.accent", Flaw.PALE),
        ({"embed_hosts": ["a b"]}, "embed_hosts", Flaw.BAD_HOST),
        (
            {"opens_at": "2027-01-02T00:00:00Z", "closes_at": "2027-01-01T00:00:00Z"},
            "closes_at",
            Flaw.NOT_ABOVE,
        ),
        ({"fields": [{"name": "x", "label": {"it": "A", "en": "A"}, "choices": []}]}, "fields.0.choices", Flaw.EMPTY),
        ({"contact_email": "nobody"}, "contact_email", Flaw.BAD_ADDRESS),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_flaw_is_told_at_its_place(document: dict[str, Any], changes: dict[str, Any], place: str, flaw: Flaw) -> None:
    found = [(problem.place, problem.flaw) for problem in problems_of(document | changes)]

    assert (place, flaw) in found


def test_white_on_black_is_all_the_contrast_there_is() -> None:
    assert round(contrast("#ffffff", "#000000"), 2) == 21.0
    # The grey that just passes on white. Source: WCAG 2.2, understanding 1.4.3.
    assert contrast("#767676", "#ffffff") >= 4.5 > contrast("#777777", "#ffffff")


@pytest.mark.parametrize("slug", ready_calls())
def test_what_ships_has_reasons_and_listens_for_each_step(slug: str) -> None:
    call = read_call(shipped_document(slug))

    assert {decision for reason in call.reasons for decision in reason.decisions} == {"ask_again", "decline"}
    assert [set(step.listen_for) for step in call.steps] == [{"it", "en"}] * len(call.steps)


def test_the_reasons_that_every_call_can_use_name_no_call() -> None:
    words = " ".join(text for reason in default_reasons(["it", "en"]) for text in reason["text"].values())

    assert not {"Pistoia", "Milano", "CENTRINNO"} & set(words.split())


def test_reasons_are_in_the_languages_of_their_call_or_none() -> None:
    assert {tuple(reason["text"]) for reason in default_reasons(["it"])} == {("it",)}
    assert default_reasons(["it", "fr"]) == []


def test_a_file_may_say_that_it_wants_no_reasons(tmp_path: Path) -> None:
    file = tmp_path / "call.toml"
    file.write_text('reasons = []\ntitle.it = "Orti"\n', encoding="utf-8")

    assert read_document(file)["reasons"] == []
