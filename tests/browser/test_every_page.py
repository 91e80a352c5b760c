"""Every page, wide and narrow, with and without our scripts: open to everybody, no wider than the screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from intake.actions import submitting
from intake.db.engine import writing
from intake.domain.facts import Stretch, StretchKind
from intake.domain.states import State
from tests.browser.inspection import barriers
from tests.browser.system import ADMIN, MODERATORS
from tests.builders import CLIPPED, LONG_SILENCE, NOISY, some_findings, some_levels
from tests.people import Moderator, Sender, Visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import PublishedClip
    from tests.browser.staging import Stage
    from tests.browser.system import System


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Who can open a page, and what there is to see."""

    sender: Callable[[], Sender]
    moderator: Callable[[], Moderator]
    admin: Callable[[], Moderator]
    visitor: Callable[[], Visitor]
    published: PublishedClip
    stage: Stage
    system: System


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def with_scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def make_cast(
    open_window: Callable[..., Page], published: PublishedClip, stage: Stage, system: System
) -> Callable[..., Cast]:
    def make(*, has_our_scripts: bool = True) -> Cast:
        return Cast(
            sender=lambda: Sender(open_window(has_our_scripts=has_our_scripts), system.url),
            moderator=lambda: Moderator(open_window(login=MODERATORS[0]), system.url),
            admin=lambda: Moderator(open_window(login=ADMIN), system.url),
            visitor=lambda: Visitor(open_window(), system.url),
            published=published,
            stage=stage,
            system=system,
        )

    return make


def the_call(cast: Cast) -> Page:
    sender = cast.sender()
    sender.opens_the_call()
    return sender.page


def the_form_with_mistakes(cast: Cast) -> Page:
    sender = cast.sender()
    sender.opens_the_call()
    sender.page.locator("form[data-send]").evaluate("form => form.noValidate = true")
    sender.chooses(Path(__file__))
    sender.presses("Manda il video")
    expect(sender.mistakes).to_be_visible()
    return sender.page


def the_receipt(cast: Cast) -> Page:
    sender = cast.sender()
    sender.opens(cast.stage.submission_being_inspected("Testa").status_path + "?received=1")
    return sender.page


def _status(state: State) -> Callable[[Cast], Page]:
    def status(cast: Cast) -> Page:
        sender = cast.sender()
        sender.opens(cast.stage.submission("Villa", state=state).status_path)
        for folded in sender.page.locator("details").all():
            folded.evaluate("details => details.open = true")
        return sender.page

    return status


def the_warned_status(cast: Cast) -> Page:
    stretches = [Stretch(kind=kind, starts_s=4.0, ends_s=12.0) for kind in StretchKind]
    levels = some_levels(stretches=tuple(stretches))
    staged = cast.stage.judged_submission("Villa", some_findings(checks=(LONG_SILENCE, CLIPPED, NOISY), levels=levels))
    sender = cast.sender()
    sender.opens(staged.status_path)
    expect(sender.page.locator(".marks li")).to_have_count(3)
    return sender.page


def _receipt(state: State) -> Callable[[Cast], Page]:
    def receipt(cast: Cast) -> Page:
        sender = cast.sender()
        sender.opens(cast.stage.submission("Villa", state=state).status_path + "/receipt")
        return sender.page

    return receipt


def the_refused_replacement(cast: Cast) -> Page:
    sender = cast.sender()
    sender.opens(cast.stage.submission("Villa", state=State.REFUSED).status_path)
    sender.page.locator("form[data-send]").evaluate("form => form.noValidate = true")
    sender.chooses(Path(__file__))
    sender.presses("Manda il nuovo video")
    expect(sender.mistakes).to_be_visible()
    return sender.page


def the_published_status(cast: Cast) -> Page:
    sender = cast.sender()
    sender.opens(cast.published.status_path)
    return sender.page


SENDERS_PAGES: Final = {
    "call": the_call,
    "mistakes": the_form_with_mistakes,
    "left half-way": _status(State.UPLOADING),
    "receipt": the_receipt,
    "awaiting": _status(State.AWAITING_REVIEW),
    "warned": the_warned_status,
    "refused": _status(State.REFUSED),
    "refused replacement": the_refused_replacement,
    "asked again": _status(State.REDO_REQUESTED),
    "published": the_published_status,
}


def _public(path: str) -> Callable[[Cast], Page]:
    def public(cast: Cast) -> Page:
        visitor = cast.visitor()
        visitor.opens(path)
        return visitor.page

    return public


def the_clip_page(cast: Cast) -> Page:
    visitor = cast.visitor()
    visitor.goes_to(cast.published.url)
    visitor.page.locator("summary").first.click()
    visitor.page.locator("summary").last.click()
    return visitor.page


def a_problem_with_a_clip(cast: Cast) -> Page:
    visitor = cast.visitor()
    visitor.goes_to(f"{cast.published.url}/report")
    visitor.page.get_by_role("button", name="Manda la segnalazione").click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    return visitor.page


def the_embedded_clip(cast: Cast) -> Page:
    visitor = cast.visitor()
    visitor.opens(cast.published.embed_path)
    return visitor.page


def a_clip_that_is_gone(cast: Cast) -> Page:
    services = cast.system.services
    staged = cast.stage.submission("Grassi", state=State.PUBLISHED)
    clip_id = cast.stage.clip_id(staged)
    with writing(services.engine) as connection:
        assert submitting.withdraw(connection, staged.id, actor="sender", now=services.clock())
    visitor = cast.visitor()
    visitor.opens(f"/embed/{clip_id}")
    return visitor.page


def a_failed_login(cast: Cast) -> Page:
    visitor = cast.visitor()
    visitor.opens("/moderate/")
    visitor.page.get_by_label("Indirizzo email").fill("nobody@example.org")
    visitor.page.get_by_label("Password").fill("una parola sbagliata")
    visitor.page.get_by_role("button", name="Entra").click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    return visitor.page


def _desk(path: str) -> Callable[[Cast], Page]:
    def desk(cast: Cast) -> Page:
        moderator = cast.moderator()
        moderator.opens(path)
        return moderator.page

    return desk


def the_queue(cast: Cast) -> Page:
    cast.stage.submission("Costa")
    cast.stage.submission("Rinaldi", state=State.NEEDS_OPERATOR)
    return _desk("/moderate/")(cast)


def a_waiting_clip(cast: Cast) -> Page:
    return _desk(cast.stage.submission("Costa").desk_path)(cast)


def a_decision_without_a_reason(cast: Cast) -> Page:
    moderator = cast.moderator()
    moderator.opens(cast.stage.submission("Costa").desk_path)
    moderator.decides("Rifiuta")
    expect(moderator.page.get_by_role("alert")).to_be_visible()
    return moderator.page


def a_decided_clip(cast: Cast) -> Page:
    return _desk(cast.published.desk_path)(cast)


def a_clip_handed_in(cast: Cast) -> Page:
    return _desk(cast.stage.filed("Costa").desk_path)(cast)


def a_clip_to_be_answered_for(cast: Cast) -> Page:
    sender = cast.sender()
    sender.opens(cast.stage.filed("Costa").status_path)
    return sender.page


def an_undo(cast: Cast) -> Page:
    moderator = cast.moderator()
    moderator.opens(cast.stage.submission("Costa").desk_path)
    moderator.gives_the_reason("Il volto è controluce.")
    moderator.decides("Rifiuta")
    moderator.has_decided("Rifiutato")
    return moderator.page


def the_mails_beforehand(cast: Cast) -> Page:
    moderator = cast.moderator()
    moderator.opens(cast.stage.submission("Costa").desk_path)
    moderator.gives_the_reason("Il volto è controluce.")
    moderator.decides("Anteprima della mail")
    expect(moderator.page.locator("#mail-preview")).to_contain_text("Il volto è controluce.")
    return moderator.page


def the_keys(cast: Cast) -> Page:
    page = _desk("/moderate/")(cast)
    expect(page.locator("[data-keys-open]")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    return page


def a_bulk_decline(cast: Cast) -> Page:
    first, second = cast.stage.submission("Costa"), cast.stage.submission("Rossi")
    return _desk(f"/moderate/bulk-decline?id={first.id}&id={second.id}")(cast)


def the_codes_for_the_second_step(cast: Cast) -> Page:
    moderator = cast.moderator()
    moderator.opens("/moderate/tf-setup")
    moderator.page.get_by_role("radio").first.check()
    moderator.decides("Avanti")
    expect(moderator.page.locator("img.qr")).to_be_visible()
    return moderator.page


def _admin(path: str) -> Callable[[Cast], Page]:
    def admin(cast: Cast) -> Page:
        somebody = cast.admin()
        somebody.opens(path)
        for folded in somebody.page.locator("details").all():
            folded.evaluate("details => details.open = true")
        return somebody.page

    return admin


def an_invitation_with_mistakes(cast: Cast) -> Page:
    admin = cast.admin()
    admin.opens("/moderate/people")
    admin.decides("Manda l'invito")
    expect(admin.page.locator("#errors")).to_be_visible()
    return admin.page


OTHER_PAGES: Final = {
    "calls": _public("/"),
    "closed call": _public("/calls/chiusa"),
    "privacy": _public("/privacy"),
    "accessibility": _public("/accessibility"),
    "receipt of consents": _receipt(State.AWAITING_REVIEW),
    "receipt after withdrawal": _receipt(State.WITHDRAWN),
    "declined": _status(State.DECLINED),
    "stuck": _status(State.NEEDS_OPERATOR),
    "withdrawn": _status(State.WITHDRAWN),
    "abandoned": _status(State.ABANDONED),
    "gallery": _public("/gallery/pistoia2030"),
    "empty gallery": _public("/gallery/chiusa"),
    "nothing found": _public("/gallery/pistoia2030?q=nessuno&kind=scuola"),
    "clip": the_clip_page,
    "problem with a clip": a_problem_with_a_clip,
    "embedded clip": the_embedded_clip,
    "gone clip": a_clip_that_is_gone,
    "gallery in a frame": _public("/embed/gallery/pistoia2030"),
    "not found": _public("/nowhere"),
    "login": _public("/moderate/login"),
    "failed login": a_failed_login,
    "queue": the_queue,
    "empty queue": _desk("/moderate/?state=uploading"),
    "waiting clip": a_waiting_clip,
    "no reason": a_decision_without_a_reason,
    "decided clip": a_decided_clip,
    "clip handed in": a_clip_handed_in,
    "clip to be answered for": a_clip_to_be_answered_for,
    "undo": an_undo,
    "mails beforehand": the_mails_beforehand,
    "keys": the_keys,
    "on behalf": _desk("/moderate/on-behalf/pistoia2030"),
    "on behalf, of which call": _desk("/moderate/on-behalf"),
    "bulk decline": a_bulk_decline,
    "alerts": _desk("/moderate/alerts"),
    "people": _admin("/moderate/people"),
    "invitation with mistakes": an_invitation_with_mistakes,
    "hooks": _admin("/moderate/hooks"),
    "old invitation": _public("/moderate/invitations/nobody"),
    "forgotten password": _public("/moderate/reset"),
    "second step": _desk("/moderate/tf-setup"),
    "second step's codes": the_codes_for_the_second_step,
}


PUBLIC_PAGES: Final = (
    "gallery",
    "empty gallery",
    "nothing found",
    "clip",
    "embedded clip",
    "gone clip",
    "gallery in a frame",
)
"""Those that are dark where the screen is."""


@pytest.mark.parametrize("open_page", SENDERS_PAGES.values(), ids=SENDERS_PAGES)
def test_a_senders_page_keeps_nobody_out(
    make_cast: Callable[..., Cast], open_page: Callable[[Cast], Page], *, with_scripts: bool
) -> None:
    page = open_page(make_cast(has_our_scripts=with_scripts))

    assert barriers(page) == []


@pytest.mark.parametrize("open_page", OTHER_PAGES.values(), ids=OTHER_PAGES)
def test_another_page_keeps_nobody_out(make_cast: Callable[..., Cast], open_page: Callable[[Cast], Page]) -> None:
    page = open_page(make_cast())

    assert barriers(page) == []


@pytest.mark.parametrize("name", PUBLIC_PAGES)
def test_a_public_page_keeps_nobody_out_by_night(make_cast: Callable[..., Cast], name: str) -> None:
    page = OTHER_PAGES[name](make_cast())

    page.emulate_media(color_scheme="dark")

    assert barriers(page) == []


def test_an_endless_name_makes_the_desk_no_wider(stage: Stage, moderator: Moderator) -> None:
    moderator.opens(stage.submission("Supercalifragilistichespiralidoso" * 3).desk_path)

    assert barriers(moderator.page) == []
