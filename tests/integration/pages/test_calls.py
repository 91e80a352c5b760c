"""The calls' pages: written, previewed, saved, closed, and nothing of before lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from intake.actions import calling
from intake.db import queries
from intake.db.engine import reading, writing
from intake.db.tables import consents
from intake.domain.checks import CheckCode
from tests.builders import a_submission
from tests.integration.pages.browsing import Page

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.calls import Call
    from intake.wiring import Services
    from tests.integration.pages.conftest import LetIn

ADMIN = "admin@example.org"
OURS = "/moderate/calls/pistoia2030"
NEW = "/moderate/calls/_new"


@pytest.fixture
def admin(let_in: LetIn) -> FlaskClient:
    return let_in(ADMIN, "admin")


def the_call(services: Services, slug: str = "pistoia2030") -> Call:
    with reading(services.engine) as connection:
        return queries.find_call(connection, slug)


def typed(client: FlaskClient, url: str, **changes: str) -> dict[str, str]:
    """What the form at *url* holds, with *changes*: `steps__0__title__it` is the field `steps.0.title.it`."""
    return Form(client.get(url)).values | {name.replace("__", "."): value for name, value in changes.items()}


def press(client: FlaskClient, url: str, button: str = "save", **changes: str) -> TestResponse:
    return client.post(url.partition("?")[0], data=typed(client, url, **changes) | {"do": button})


class Form(Page):
    """A page with one form of many fields, each as the browser would send it."""

    def __init__(self, answer: TestResponse) -> None:
        self.values: dict[str, str] = {}
        self._area: str | None = None
        super().__init__(answer)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        has = dict(attrs)
        name = has.get("name")
        if tag == "textarea" and name:
            self._area, self.values[name] = name, ""
        if tag == "input" and name and (has.get("type") != "checkbox" or "checked" in has):
            self.values[name] = has.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        self._area = None

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        if self._area:
            # A browser drops the first line break.
            self.values[self._area] += data.removeprefix("\n")


NEW_CALL = {
    "slug": "orti",
    "title__it": "Orti in città",
    "brief__it": "Raccontaci il tuo orto.",
    "contact_email": "orti@example.org",
    "steps__0__title__it": "Presentati",
    "steps__0__text__it": "Di' il tuo nome.",
    "consents__gallery__text__it": "Acconsento.",
}


class TestSaving:
    def test_a_form_that_nobody_changed_changes_nothing(self, services: Services, admin: FlaskClient) -> None:
        before = the_call(services)

        answer = press(admin, OURS)

        assert answer.status_code == 303
        with reading(services.engine) as connection:
            assert len(calling.versions(connection, "pistoia2030")) == 1
        assert the_call(services) == before

    def test_sound_at_its_worst_may_refuse_and_may_not_any_more(self, services: Services, admin: FlaskClient) -> None:
        press(admin, OURS, rules__sound_refuses__noise="y", rules__sound_refuses__speech="y")
        refusing = the_call(services).rules.sound_refuses
        form = {name: value for name, value in typed(admin, OURS).items() if "sound_refuses" not in name}

        admin.post(OURS, data=form | {"do": "save"})

        assert refusing == (CheckCode.SPEECH, CheckCode.NOISE)
        assert the_call(services).rules.sound_refuses == ()

    def test_a_new_call_takes_videos(self, services: Services, admin: FlaskClient) -> None:
        answer = press(admin, NEW, **NEW_CALL)

        assert answer.status_code == 303
        assert "Raccontaci il tuo orto." in admin.get("/calls/orti").text
        assert the_call(services, "orti").consents[0].version == services.clock().date().isoformat()

    def test_a_new_call_has_reasons_in_its_own_language_alone(self, services: Services, admin: FlaskClient) -> None:
        press(admin, NEW, **NEW_CALL)

        reasons = the_call(services, "orti").reasons
        assert {tuple(reason.text.words) for reason in reasons} == {("it",)}
        assert "Rumore di fondo" in {reason.label.in_language("it") for reason in reasons}

    def test_what_is_listened_for_is_typed_one_a_line(self, services: Services, admin: FlaskClient) -> None:
        press(admin, OURS, steps__3__listen_for__it="Coraggio\n\n  non mollate ")

        step = the_call(services).steps[3]
        assert step.listen_for["it"] == ("Coraggio", "non mollate")
        assert "go for it" in step.listen_for["en"]

    def test_a_copy_has_everything_but_the_address(self, services: Services, admin: FlaskClient) -> None:
        answer = press(admin, f"{NEW}?from=pistoia2030", slug="pistoia2031")

        assert answer.status_code == 303
        assert the_call(services, "pistoia2031").steps == the_call(services).steps

    def test_an_address_that_is_taken_changes_nothing(self, services: Services, admin: FlaskClient) -> None:
        before = the_call(services)

        answer = press(admin, NEW, **NEW_CALL | {"slug": "pistoia2030"})

        assert (answer.status_code, "C'è già un invito" in Page(answer).text) == (409, True)
        assert the_call(services) == before

    def test_the_second_of_two_who_wrote_at_once_is_told_and_loses_no_word(
        self, services: Services, admin: FlaskClient
    ) -> None:
        mine = typed(admin, OURS, title__it="Il mio titolo")
        press(admin, OURS, title__it="Il titolo di un'altra")

        answer = admin.post(OURS, data=mine)

        assert answer.status_code == 409
        assert Form(answer).values["title.it"] == "Il mio titolo"
        assert the_call(services).title.in_language("it") == "Il titolo di un'altra"
        assert admin.post(OURS, data=Form(answer).values).status_code == 303

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("title.it", "", "Scrivi questo testo."),
            ("steps.1.text.en", " ", "Scrivi questo testo."),
            ("rules.max_duration_s", "5", "Deve venire dopo"),
            ("rules.max_bytes", "tanto", "Scrivi un numero"),
            ("closes_at", "domani", "Scrivi giorno e ora"),
            ("contact_email", "nessuno", "Controlla l'indirizzo"),
            ("look.accent", "#ffd54f", "troppo chiaro"),
            ("look.accent", "verde", "cancelletto"),
            ("embed_hosts", "https://www.example.org/", "Scrivi solo il nome del sito"),
            ("event.agenda.it", "13:00 Benvenuti", "Scrivi questo testo."),
            ("consents.gallery.text.it", "", "Scrivi questo testo."),
            ("organisation_kinds.it", "", "Scrivi questo testo."),
        ],
    )
    def test_each_mistake_is_told_at_its_field_and_nothing_typed_is_lost(
        self, services: Services, admin: FlaskClient, field: str, value: str, sentence: str
    ) -> None:
        before = the_call(services)

        answer = press(admin, OURS, **{field: value})

        page = Form(answer)
        invalid = {attributes.get("name") for _, attributes in page.elements if "aria-invalid" in attributes}
        assert answer.status_code == 422
        assert field in invalid | {"event.agenda.it"}
        assert sentence in page.text
        assert page.values[field].strip() == value.strip()
        assert the_call(services) == before

    def test_hostile_words_are_words(self, admin: FlaskClient) -> None:
        hostile = '"><script>alert(1)</script>{{ 7*7 }}'

        press(admin, OURS, title__it=hostile, title__en=hostile)

        pages = [admin.get(path) for path in ("/calls/pistoia2030", OURS, "/moderate/calls", f"{OURS}/history")]
        assert [Page(page).inline_code for page in pages] == [[]] * 4
        assert [hostile in Page(page).text for page in pages] == [True] * 4


class TestLists:
    def test_a_step_is_added_without_saving(self, services: Services, admin: FlaskClient) -> None:
        answer = press(admin, OURS, "add steps")

        page = Form(answer)
        assert (answer.status_code, page.values["steps.count"], page.values["steps.4.title.it"]) == (200, "5", "")
        assert len(the_call(services).steps) == 4

    def test_a_step_is_taken_away_and_another_moved(self, services: Services, admin: FlaskClient) -> None:
        titles = [step.title.in_language("it") for step in the_call(services).steps]
        shorter = Form(press(admin, OURS, "remove steps 1")).values

        moved = Form(admin.post(OURS, data=shorter | {"do": "earlier steps 2"})).values
        admin.post(OURS, data=moved)

        assert [step.title.in_language("it") for step in the_call(services).steps] == [titles[0], titles[3], titles[2]]

    def test_a_question_is_kept_under_a_name_of_its_own(self, services: Services, admin: FlaskClient) -> None:
        asked = Form(press(admin, OURS, "add fields")).values | {
            "fields.0.label.it": "Che città?",
            "fields.0.label.en": "Which city?",
            "fields.0.choices.it": "Milano\nBlönduós",
            "fields.0.choices.en": "Milan\nBlönduós",
        }
        admin.post(OURS, data=asked)

        (field,) = the_call(services).fields
        press(admin, OURS, fields__0__label__it="Da quale città?", fields__0__choices__it="Milano (MI)\nBlönduós")

        (renamed,) = the_call(services).fields
        assert (field.name, [choice.value for choice in field.choices]) == ("che_citta", ["milano", "blonduos"])
        assert (renamed.name, [choice.value for choice in renamed.choices]) == ("che_citta", ["milano", "blonduos"])
        assert renamed.label_of("milano", "it") == "Milano (MI)"

    def test_what_the_form_does_not_know_goes_with_its_entry_and_its_copy(
        self, services: Services, admin: FlaskClient
    ) -> None:
        with writing(services.engine) as connection:
            document = calling.present_version(connection, "pistoia2030").document | {"of_others": "kept"}
            document["steps"][2]["of_others"] = ["kept"]
            calling.load_document(connection, document, now=services.clock())

        moved = Form(press(admin, OURS, "earlier steps 2")).values
        admin.post(OURS, data=moved)
        press(admin, f"{NEW}?from=pistoia2030", slug="copia")

        with reading(services.engine) as connection:
            ours, copy = (calling.present_version(connection, slug).document for slug in ("pistoia2030", "copia"))
        assert ["of_others" in step for step in ours["steps"]] == [False, True, False, False]
        assert (ours["of_others"], copy["of_others"], copy["steps"]) == ("kept", "kept", ours["steps"])

    def test_a_reason_is_written_and_one_that_is_for_nothing_is_refused(
        self, services: Services, admin: FlaskClient
    ) -> None:
        asked = Form(press(admin, OURS, "add reasons")).values
        at = int(asked["reasons.count"]) - 1
        asked |= {f"reasons.{at}.{part}.{code}": "Controluce." for part in ("label", "text") for code in ("it", "en")}

        refused = admin.post(OURS, data=asked)
        saved = admin.post(OURS, data=asked | {f"reasons.{at}.for.decline": "y"})

        with reading(services.engine) as connection:
            reason = calling.present_version(connection, "pistoia2030").document["reasons"][at]
        assert (refused.status_code, saved.status_code) == (422, 303)
        assert (reason["code"], reason["for"]) == ("controluce", ["decline"])


class TestConsents:
    def test_other_words_are_another_version_and_old_answers_keep_theirs(
        self, services: Services, admin: FlaskClient
    ) -> None:
        submission = a_submission(services)
        before = {consent.kind: consent.version for consent in the_call(services).consents}

        press(admin, OURS, consents__social__text__it="Accetto pure i social.")

        after = {consent.kind: consent.version for consent in the_call(services).consents}
        assert after["gallery"] == before["gallery"]
        assert after["social"] not in before.values()
        with reading(services.engine) as connection:
            kept = queries.submission_by_id(connection, submission.id).consents
            versions = connection.scalars(select(consents.c.version)).all()
        assert set(versions) == set(before.values())
        assert all(consent.words and consent.words != "Accetto pure i social." for consent in kept)

    def test_twice_in_a_day_are_two_versions_and_the_first_words_get_the_first_again(
        self, services: Services, admin: FlaskClient
    ) -> None:
        first = the_call(services).consents[1]
        press(admin, OURS, consents__social__text__it="Seconda.")
        second = the_call(services).consents[1]
        press(admin, OURS, consents__social__text__it="Terza.")
        third = the_call(services).consents[1]
        press(admin, OURS, consents__social__text__it=first.text.in_language("it"))

        assert len({first.version, second.version, third.version}) == 3
        assert the_call(services).consents[1].version == first.version

    def test_an_empty_text_is_not_asked(self, services: Services, admin: FlaskClient) -> None:
        press(admin, OURS, consents__social__text__it="", consents__social__text__en="")

        assert [consent.kind for consent in the_call(services).consents] == ["gallery", "download"]


class TestPreview:
    def test_shows_the_unsaved_page_and_sends_nothing(self, services: Services, admin: FlaskClient) -> None:
        before = the_call(services)

        answer = press(admin, OURS, "preview en", title__en="Tomorrow's title", look__accent="#1f4f8f")

        page = Page(answer)
        assert (answer.status_code, page.lang) == (200, "en")
        assert "Tomorrow's title" in page.text
        assert "/look/1f4f8f.css" in str(page.all("link"))
        assert [form for form in page.all("form") if "data-send" in form] == []
        assert [button for button in page.all("button") if button.get("type") == "submit"] == []
        assert the_call(services) == before

    def test_a_colour_nobody_could_read_has_no_style_sheet(self, client: FlaskClient) -> None:
        answers = [client.get(f"/look/{colour}.css").status_code for colour in ("1f4f8f", "ffd54f", "zzzzzz")]

        assert answers == [200, 404, 404]


class TestTheList:
    def test_a_call_is_closed_and_opened_again(self, admin: FlaskClient) -> None:
        press_button(admin, f"{OURS}/close")
        closed = admin.get("/calls/pistoia2030").status_code
        press_button(admin, f"{OURS}/reopen")

        assert (closed, admin.get("/calls/pistoia2030").status_code) == (410, 200)

    def test_a_ready_call_is_loaded_once(self, services: Services, admin: FlaskClient) -> None:
        press_button(admin, "/moderate/calls/_load", slug="fabcity-milano")
        press(admin, "/moderate/calls/fabcity-milano", title__it="Il nostro titolo")

        press_button(admin, "/moderate/calls/_load", slug="fabcity-milano")

        assert the_call(services, "fabcity-milano").title.in_language("it") == "Il nostro titolo"

    def test_no_other_file_is_loaded(self, admin: FlaskClient) -> None:
        assert press_button(admin, "/moderate/calls/_load", slug="../calls/pistoia2030").status_code == 404

    def test_an_earlier_version_can_be_saved_again(self, services: Services, admin: FlaskClient) -> None:
        first = the_call(services)
        press(admin, OURS, title__it="Un altro titolo")

        answer = admin.get(f"{OURS}?version=1")
        admin.post(OURS, data=Form(answer).values)

        assert the_call(services) == first
        with reading(services.engine) as connection:
            actors = [version.actor for version in calling.versions(connection, "pistoia2030")]
        assert actors == [ADMIN, ADMIN, "file"]


def press_button(client: FlaskClient, url: str, **fields: str) -> TestResponse:
    token = Page(client.get("/moderate/calls")).value("csrf_token")
    return client.post(url, data={"csrf_token": token} | fields)


def test_a_moderator_sees_the_calls_and_changes_none(desk: FlaskClient) -> None:
    seen = [desk.get(path).status_code for path in ("/moderate/calls", f"{OURS}/history", OURS, NEW)]

    assert seen == [200, 200, 403, 403]
    assert "Chiudi ora" not in desk.get("/moderate/calls").text
