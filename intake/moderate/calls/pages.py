"""The calls: which there are, and one to be written, previewed and saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from intake import wording
from intake.actions import calling
from intake.actions.calling import Saved
from intake.db import queries
from intake.db.engine import reading, writing
from intake.domain.call_problems import problems_of
from intake.domain.calls import BadCall, read_call
from intake.domain.errors import NotFound
from intake.moderate.access import ADMIN, may, moderator_name
from intake.moderate.answers import private
from intake.moderate.calls import typed
from intake.moderate.calls.beginning import blank, without_unspoken
from intake.moderate.calls.editable import GROUPS, LISTS
from intake.moderate.forms import ButtonForm
from intake.setup import SHIPPED_CALLS, load_call, ready_calls, shipped_document
from intake.web.language import page_language, prefer_language
from intake.web.previews import preview
from intake.web.services import services
from intake.wording.flaws import FLAWS
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from intake.domain.call_problems import Problem
    from intake.moderate.calls.kinds import Values

log = structlog.get_logger()

_LOST: Final = {
    Saved.SLUG_TAKEN: N_("C'è già un invito con questo indirizzo: scegline un altro."),
    Saved.CHANGED: N_(
        "Qualcun altro ha salvato questo invito mentre lo scrivevi. Quello che hai scritto è ancora qui: guarda nella "
        "storia che cosa è cambiato, in un'altra finestra, poi salva di nuovo per tenere il tuo testo."
    ),
}
_UNREADABLE: Final = N_("Questo invito non si può salvare così.")


def calls() -> ResponseReturnValue:
    """Show the calls, and those that ship and are not loaded."""
    with reading(services().engine) as connection:
        known = queries.all_calls(connection)
    loaded = {call.slug for call in known}
    return private(
        render_template(
            "moderate/calls/list.html",
            calls=known,
            now=services().clock(),
            ready=[read_call(shipped_document(slug)) for slug in ready_calls() if slug not in loaded],
            button_form=ButtonForm(formdata=None),
            may_edit=may(ADMIN),
        )
    )


def new_call() -> ResponseReturnValue:
    """Show an empty call, or a copy of one, to be written."""
    model = _model(request.args.get("from"))
    return private(_editor(typed.values_of(model, _languages(model)), _languages(model), slug=None, edited=None))


def edit_call(call_slug: str) -> ResponseReturnValue:
    """Show a call to be changed, as it is or as it was in an earlier version."""
    number = request.args.get("version", type=int)
    with reading(services().engine) as connection:
        present = calling.present_version(connection, call_slug)
        shown = calling.version(connection, call_slug, number) if number else present
    languages = _languages(shown.document)
    values = typed.values_of(shown.document, languages)
    return private(_editor(values, languages, slug=call_slug, edited=present.number, is_old=shown != present))


def save_new_call() -> ResponseReturnValue:
    """Do what a button of a new call's page says."""
    return _press(_model(request.form.get("model")), slug=None)


def save_call(call_slug: str) -> ResponseReturnValue:
    """Do what a button of a call's page says."""
    with reading(services().engine) as connection:
        present = calling.present_version(connection, call_slug)
    return _press(present.document, slug=call_slug)


def load_ready_call() -> ResponseReturnValue:
    """Load one of the calls that ship; one that is there already stays as it is."""
    slug = request.form.get("slug", "")
    if slug not in ready_calls():
        raise NotFound(f"ready call {slug}")
    with reading(services().engine) as connection:
        is_known = calling.last_version(connection, slug) is not None
    if not is_known:
        load_call(services(), SHIPPED_CALLS / f"{slug}.toml")
        log.info("call_loaded", call=slug)
    return redirect(url_for("moderate.edit_call", call_slug=slug), 303)


def close_call(call_slug: str) -> ResponseReturnValue:
    """Take no more videos for a call."""
    return _switch(call_slug, is_to_close=True)


def reopen_call(call_slug: str) -> ResponseReturnValue:
    """Take videos for a call again."""
    return _switch(call_slug, is_to_close=False)


def call_history(call_slug: str) -> ResponseReturnValue:
    """Show every version of a call: when, and by whom it was saved."""
    with reading(services().engine) as connection:
        call = queries.find_call(connection, call_slug)
        versions = calling.versions(connection, call_slug)
    return private(
        render_template(
            "moderate/calls/history.html", call=call, versions=versions, FILE=calling.FILE, may_edit=may(ADMIN)
        )
    )


def _switch(slug: str, *, is_to_close: bool) -> ResponseReturnValue:
    switch = calling.close_call if is_to_close else calling.reopen_call
    with writing(services().engine) as connection:
        switch(connection, slug, actor=moderator_name(), now=services().clock())
    log.info("call_closed" if is_to_close else "call_reopened", call=slug)
    return redirect(url_for("moderate.calls"), 303)


def _press(before: Mapping[str, Any], *, slug: str | None) -> ResponseReturnValue:
    languages = _languages(before)
    values = request.form.to_dict()
    edited = request.form.get("edited", type=int)
    pressed, _, argument = request.form.get("do", "save").partition(" ")
    if pressed in _REARRANGE:
        values, focus = _rearranged(values, pressed, argument)
        return private(_editor(values, languages, slug=slug, edited=edited, focus=focus))
    document = typed.document_of(values, before, languages) | {"slug": slug or values.get("slug", "").strip()}
    if slug is None:
        without_unspoken(document)
    problems = problems_of(document)
    if problems:
        return private(_editor(values, languages, slug=slug, edited=edited, problems=problems), 422)
    try:
        if pressed == "preview":
            return _previewed(document, argument)
        saved = _save(document, edited=edited)
    except BadCall as error:
        trouble = f"{wording.say(_UNREADABLE, page_language())} ({error})"
        return private(_editor(values, languages, slug=slug, edited=edited, trouble=trouble), 422)
    if saved is not Saved.DONE:
        return _lost(saved, values, languages, slug=slug, edited=edited)
    log.info("call_saved", call=document["slug"])
    flash(wording.say(N_("Invito salvato."), page_language()), "done")
    return redirect(url_for("moderate.calls"), 303)


def _save(document: Mapping[str, Any], *, edited: int | None) -> Saved:
    parts = services()
    try:
        with writing(parts.engine) as connection:
            return calling.save_call(connection, document, actor=moderator_name(), now=parts.clock(), edited=edited)
    except IntegrityError:
        # Two people made a call of this name at the same moment; the other was first.
        return Saved.SLUG_TAKEN


def _lost(
    saved: Saved, values: Values, languages: Sequence[str], *, slug: str | None, edited: int | None
) -> ResponseReturnValue:
    if saved is Saved.CHANGED and slug is not None:
        with reading(services().engine) as connection:
            edited = calling.present_version(connection, slug).number
    trouble = wording.say(_LOST[saved], page_language())
    return private(_editor(values, languages, slug=slug, edited=edited, trouble=trouble), 409)


def _previewed(document: Mapping[str, Any], language: str) -> ResponseReturnValue:
    prefer_language(language)
    return private(preview(read_call(document)))


_REARRANGE: Final = ("add", "remove", "earlier")


def _rearranged(values: Values, pressed: str, argument: str) -> tuple[Values, str | None]:
    """Return the form after an entry of a list was added, removed or moved, and the control to go on with."""
    name, _, typed_at = argument.partition(" ")
    at = int(typed_at) if typed_at.isascii() and typed_at.isdigit() else 0
    if name not in LISTS:
        raise NotFound(f"list {name}")
    if pressed == "add":
        changed = typed.with_entry(values, name)
        at = typed.count(changed, name) - 1
    elif pressed == "remove":
        changed = typed.without_entry(values, name, at)
        at = max(at - 1, 0)
    else:
        changed = typed.with_entry_earlier(values, name, at)
        at = max(at - 1, 0)
    return changed, f"{name}.{at}"


def _editor(  # noqa: PLR0913 - a page is all of this
    values: Values,
    languages: Sequence[str],
    *,
    slug: str | None,
    edited: int | None,
    problems: Sequence[Problem] = (),
    trouble: str | None = None,
    focus: str | None = None,
    is_old: bool = False,
) -> str:
    mistakes: dict[str, list[str]] = {}
    for problem in problems:
        sentences = mistakes.setdefault(typed.control_of(problem.place, languages), [])
        sentence = wording.say(FLAWS[problem.flaw], page_language())
        if sentence not in sentences:
            sentences.append(sentence)
    return render_template(
        "moderate/calls/edit.html",
        groups=GROUPS,
        values=values,
        languages=languages,
        counts={name: typed.count(values, name) for name in LISTS},
        mistakes=mistakes,
        labels=_labels(mistakes),
        trouble=trouble,
        slug=slug,
        model=request.args.get("from") or values.get("model", ""),
        edited=edited,
        focus=focus,
        is_old=is_old,
        button_form=ButtonForm(formdata=None),
    )


def _labels(places: Iterable[str]) -> dict[str, str]:
    """Name each control by its label, and its entry where it stands in a list."""
    language = page_language()
    named = {each.place: each.label for group in GROUPS if group.list_place is None for each in group.inputs}
    names = {"slug": N_("Indirizzo")} | named | {name: group.title for name, group in LISTS.items()}
    labels = {}
    for place in places:
        head, *rest = place.split(".")
        if head in LISTS and rest:
            group = LISTS[head]
            label = next(each.label for each in group.inputs if each.place == rest[1])
            labels[place] = f"{wording.say(group.entry, language)} {int(rest[0]) + 1}, {wording.say(label, language)}"
        else:
            known = place if place in names else place.rpartition(".")[0]
            labels[place] = wording.say(names[known], language) if known in names else place
    return labels


def _languages(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The pages' languages, and those the call speaks beside them."""
    ours = wording.languages()
    return (*ours, *sorted(set(document.get("title") or ()) - set(ours)))


def _model(slug: str | None) -> dict[str, Any]:
    """Return what a new call begins as: a copy of another without its address and its dates, or nearly nothing."""
    if not slug:
        return blank()
    with reading(services().engine) as connection:
        document = calling.present_version(connection, slug).document
    return {name: value for name, value in document.items() if name not in {"slug", "opens_at", "closes_at"}}
