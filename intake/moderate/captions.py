"""Captions beside the player: written, corrected, imported, checked; and what they show of the script."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import structlog
from babel import Locale
from flask import abort, flash, redirect, render_template, request, url_for

from intake import wording
from intake.actions import captioning
from intake.actions.captioning import Edition, Saved
from intake.db import queries
from intake.db.captions import DraftWork, as_shown, captions_of, draft_work
from intake.db.engine import reading, writing
from intake.domain import captions as rules
from intake.domain.captions import advice_on, wrapped
from intake.domain.script import heard_steps
from intake.domain.submissions import SubmissionId
from intake.domain.webvtt import BadCaptions, read_webvtt, write_webvtt
from intake.moderate.access import MODERATOR, may, moderator_name
from intake.moderate.answers import private
from intake.moderate.forms import ButtonForm, CaptionsForm
from intake.web.language import page_language
from intake.web.services import services
from intake.wording import captions as words
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue
    from sqlalchemy import Connection

    from intake.domain.calls import Call, Step
    from intake.domain.captions import Captions, Cue
    from intake.domain.submissions import Submission

log = structlog.get_logger()

_SAVED = N_("Sottotitoli salvati.")
_SAVED_CHECKED = N_("Sottotitoli salvati e segnati come controllati da te.")
_DELETED = N_("Sottotitoli eliminati.")
_DRAFT_ASKED = N_("La bozza automatica è in preparazione: fra un minuto o due è pronta.")
_DRAFT_REFUSED = N_("Qui ci sono già sottotitoli scritti da una persona: una bozza non li sostituisce.")
_OTHER_FILE = N_(
    "Intanto il video è stato ritirato o sostituito: questi sottotitoli erano del video di prima e non sono stati "
    "salvati."
)

LIMITS = {
    "lines": rules.MAX_LINES,
    "characters": rules.MAX_LINE_CHARACTERS,
    "charactersPerS": rules.MAX_CHARACTERS_PER_S,
    "shownMs": rules.MIN_SHOWN_MS,
}


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One language that captions may be in.

    Attributes:
        captions: None where there are none.
    """

    code: str
    name: str
    url: str
    captions: Captions | None
    is_spoken: bool


@dataclass(frozen=True, kw_only=True)
class StepHint:
    """Whether a step of the script was heard, and where."""

    step: Step
    moment: str | None
    at_s: float | None
    words: str


def show_captions(submission_id: UUID) -> ResponseReturnValue:
    """Show a clip's captions beside it."""
    return private(_page(submission_id))


def save_captions(submission_id: UUID) -> ResponseReturnValue:
    """Save captions; what somebody else saved meanwhile stays, and what was typed is kept on the page."""
    parts, form = services(), CaptionsForm()
    if not form.validate_on_submit():
        return private(_page(submission_id, form=form), 422)
    edition = _edition(form)
    with writing(parts.engine) as connection:
        saved = captioning.save(connection, _id(submission_id), edition, moderator=moderator_name(), now=parts.clock())
    if saved is not Saved.DONE:
        return private(_page(submission_id, form=form, lost=saved), 422 if saved is Saved.REQUIRED else 409)
    log.info("captions_saved", submission_id=str(submission_id), language=edition.language, cues=len(edition.cues))
    flash(wording.say(_told(edition), page_language()), "done")
    return redirect(_url(submission_id, edition.language), 303)


def captions_file(submission_id: UUID) -> ResponseReturnValue:
    """Give captions as a file, for the player and for other programs."""
    with reading(services().engine) as connection:
        submission = queries.submission_by_id(connection, str(submission_id))
        found = captions_of(connection, submission.id)
    language = request.args.get("of", submission.spoken_language)
    known = found.get(language)
    if known and request.args.get("shown"):
        # For the player, which shows the clip as it is cut; who takes the file away brings it back for the original.
        known = as_shown(known, submission)
    response = private(write_webvtt(known.cues if known else ()))
    response.headers["Content-Type"] = "text/vtt; charset=utf-8"
    return response


def draft_captions(submission_id: UUID) -> ResponseReturnValue:
    """Have a machine write a draft."""
    parts = services()
    if parts.settings.asr_model_dir is None:
        abort(404)
    with writing(parts.engine) as connection:
        is_asked = captioning.ask_for_draft(connection, _id(submission_id))
    flash(wording.say(_DRAFT_ASKED if is_asked else _DRAFT_REFUSED, page_language()), "done")
    return redirect(url_for("moderate.show_captions", submission_id=submission_id), 303)


def captions_panel(connection: Connection, submission: Submission, call: Call) -> dict[str, Any]:
    """Return what the page of one clip shows of its captions, and of the script's steps."""
    found = captions_of(connection, submission.id)
    spoken = found.get(submission.spoken_language)
    return {
        "captions_tabs": [tab for tab in _tabs(submission, call, found) if tab.captions or tab.is_spoken],
        "spoken_captions": spoken if spoken and spoken.cues else None,
        "may_be_captioned": captioning.may_be_captioned(submission),
        "step_hints": _hints(submission, call, as_shown(spoken, submission).cues if spoken else ()),
    }


def _page(submission_id: UUID, *, form: CaptionsForm | None = None, lost: Saved | None = None) -> str:
    parts = services()
    with reading(parts.engine) as connection:
        submission = queries.submission_by_id(connection, str(submission_id))
        call = queries.find_call(connection, submission.call_slug)
        found = captions_of(connection, submission.id)
        draft = draft_work(connection, submission.id)
    language = form.language.data if form else request.args.get("of", submission.spoken_language)
    tabs = _tabs(submission, call, found)
    if language not in {tab.code for tab in tabs}:
        abort(404)
    known = found.get(language)
    form = _form_again(form, submission, known, lost) if form else _new_form(submission, language, known)
    cues = _cues_in(form)
    return render_template(
        "moderate/captions.html",
        submission=submission,
        form=form,
        button_form=ButtonForm(formdata=None),
        tab=next(tab for tab in tabs if tab.code == language),
        tabs=tabs,
        known=known if known and known.cues else None,
        cues=None if cues is None else [asdict(cue) for cue in cues],
        advice=_advice(cues or ()),
        limits=LIMITS,
        **_watched(submission, language),
        has_transcriber=parts.settings.asr_model_dir is not None,
        draft=draft,
        heard_nothing=draft is DraftWork.DONE and known is None,
        may_change=may(MODERATOR) and captioning.may_be_captioned(submission),
        requires_captions=call.requires_captions,
        overtaken_by=known if lost is Saved.CHANGED_MEANWHILE else None,
        was_lost=lost is Saved.CHANGED_MEANWHILE,
        takes_required_away=lost is Saved.REQUIRED,
        other_file=wording.say(_OTHER_FILE, page_language()) if lost is Saved.OTHER_FILE else None,
    )


def _watched(submission: Submission, language: str) -> dict[str, Any]:
    """Return what is watched while captions are written: the clip as it is cut, and its captions as they stand."""
    private_bucket = services().private
    return {
        "video_url": private_bucket.view_link(submission.review_key) if submission.review_key else None,
        "poster_url": private_bucket.view_link(submission.stills[submission.poster]) if submission.stills else None,
        "starts_s": submission.cut.start_s,
        "is_shorter": submission.cut.is_shorter,
        "shown_track_url": url_for("moderate.captions_file", submission_id=submission.id, of=language, shown="y"),
        "track_url": url_for("moderate.captions_file", submission_id=submission.id, of=language),
    }


def _edition(form: CaptionsForm) -> Edition:
    return Edition(
        language=form.language.data,
        # A file that somebody made elsewhere has lines of any length; what was typed here stands as it was typed.
        cues=tuple(wrapped(cue) for cue in form.cues) if form.came_as_file else form.cues,
        seen_sha256=form.of_sha256.data or None,
        seen_version=form.version.data,
        is_checked=form.is_checked.data,
    )


def _new_form(submission: Submission, language: str, known: Captions | None) -> CaptionsForm:
    return CaptionsForm(
        formdata=None,
        text=write_webvtt(known.cues) if known and known.cues else "",
        language=language,
        version=known.version if known else 0,
        of_sha256=submission.original_sha256 or "",
        is_checked=False,
    )


def _form_again(form: CaptionsForm, submission: Submission, known: Captions | None, lost: Saved | None) -> CaptionsForm:
    """Keep what was typed; whoever was told of the other's version may save over it, knowing."""
    if form.came_as_file and not form.errors:
        form.text.data = write_webvtt(form.cues)
    if lost is Saved.CHANGED_MEANWHILE:
        form.version.data = known.version if known else 0
        # WTForms shows what was sent, where something was.
        form.version.raw_data = None
        form.of_sha256.data = submission.original_sha256 or ""
    return form


def _cues_in(form: CaptionsForm) -> tuple[Cue, ...] | None:
    try:
        return read_webvtt(form.text.data or "")
    except BadCaptions:
        return None


def _advice(cues: Sequence[Cue]) -> list[tuple[int, str, str]]:
    """Return the number and the moment of each caption that is hard to read, and why it is."""
    return [
        (number, words.moment(cue.start_ms), ", ".join(words.advice(one, cue, page_language()) for one in found))
        for number, cue in enumerate(cues, start=1)
        if (found := advice_on(cue))
    ]


def _tabs(submission: Submission, call: Call, found: Mapping[str, Captions]) -> list[Tab]:
    spoken = submission.spoken_language
    codes = dict.fromkeys((spoken, *call.title.words, *found))
    names = Locale.parse(page_language()).languages
    return [
        Tab(
            code=code,
            name=names.get(code, code),
            url=_url(submission.id, code),
            captions=found[code] if code in found and found[code].cues else None,
            is_spoken=code == spoken,
        )
        for code in codes
    ]


def _hints(submission: Submission, call: Call, cues: Sequence[Cue]) -> list[StepHint] | None:
    heard = heard_steps(call.steps, cues, sender=submission.sender, language=submission.spoken_language)
    if heard is None:
        return None
    return [
        StepHint(
            step=step,
            moment=None if found.at_ms is None else words.moment(found.at_ms),
            at_s=None if found.at_ms is None else found.at_ms / 1000,
            words=found.words,
        )
        for step, found in zip(call.steps, heard, strict=True)
    ]


def _told(edition: Edition) -> str:
    if not edition.cues:
        return _DELETED
    return _SAVED_CHECKED if edition.is_checked else _SAVED


def _url(submission_id: UUID | str, language: str) -> str:
    return url_for("moderate.show_captions", submission_id=submission_id, of=language)


def _id(submission_id: UUID) -> SubmissionId:
    return SubmissionId(str(submission_id))
