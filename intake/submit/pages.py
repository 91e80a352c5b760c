"""The senders' pages: the call with its form, the status page, withdrawal, replacement."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import Response, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from intake.actions import submitting, uploading
from intake.db import queries
from intake.db.engine import reading, writing
from intake.domain.errors import TryAgainLater
from intake.domain.states import ASKED_FOR_A_FILE, AWAITING_FILE, FINAL, REPLACEABLE, State
from intake.submit.beforehand import beforehand
from intake.submit.consents import may_take_back
from intake.submit.forms import ConfirmForm, SendForm, WithdrawForm
from intake.submit.preview import preview_of
from intake.submit.secret import private, submission_behind
from intake.submit.status import status_view
from intake.web.errors import error_page
from intake.web.forms import VideoForm, own_name
from intake.web.health import require_room
from intake.web.language import page_language, prefer_language
from intake.web.receiving import store_video
from intake.web.security import allow_recording
from intake.web.services import services
from intake.web.uploads import FORM_OVERHEAD_BYTES, drain, take_video
from intake.wording import languages, say
from intake.wording.marking import N_

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.domain.calls import Call
    from intake.domain.submissions import Submission, Token

log = structlog.get_logger()

_SECURITY_TXT_DAYS: Final = 365
_TRY_AGAIN: Final = N_(
    "In questo momento non riusciamo a conservare il tuo video. Quello che hai scritto è ancora qui: fra poco scegli "
    "di nuovo il video e riprova."
)


def home() -> ResponseReturnValue:
    """Show the open calls; with one open call, that call."""
    parts = services()
    with reading(parts.engine) as connection:
        open_calls = [call for call in queries.all_calls(connection) if call.is_open(parts.clock())]
    if len(open_calls) == 1:
        return _form_page(open_calls[0], _fresh_form(open_calls[0]))
    return render_template("submit/calls.html", calls=open_calls)


def show_call(call_slug: str) -> ResponseReturnValue:
    """Show a call's brief, script, rules and form."""
    call = _call(call_slug)
    if not call.is_open(services().clock()):
        return render_template("submit/closed.html", call=call), 410
    return _form_page(call, _fresh_form(call))


def send(call_slug: str) -> ResponseReturnValue:
    """Take a submission and its video, and give the receipt."""
    call, parts = _call(call_slug), services()
    if not call.is_open(parts.clock()):
        drain(request, at_most_bytes=call.rules.max_bytes)
        return render_template("submit/closed.html", call=call), 410
    if (request.content_length or 0) > call.rules.max_bytes + FORM_OVERHEAD_BYTES:
        drain(request, at_most_bytes=2 * call.rules.max_bytes)
        return error_page(413)
    # Before the body is read: a full disk is said while there is still room to spool nothing.
    require_room(parts.settings, request.content_length or 0)
    take_video(request, call.rules.max_bytes)
    prefer_language(request.form.get("language") or page_language())
    form = SendForm.of(call)
    if not form.validate_on_submit():
        return _form_page(call, form), form.error_status
    try:
        token = _receive(call, form)
    except TryAgainLater as error:
        log.warning("upload_postponed", cause=str(error))
        return _form_page(call, form, trouble=say(_TRY_AGAIN, page_language())), 503
    return redirect(url_for("submit.show_submission", token=token, received=1), 303)


def show_submission(token: str) -> ResponseReturnValue:
    """Show where a submission stands, to whoever holds its secret."""
    submission = submission_behind(token)
    return status_page(submission, token)


def withdraw(token: str) -> ResponseReturnValue:
    """Take a submission back."""
    submission, parts = submission_behind(token), services()
    if request.form.get("confirm") == "y":
        with writing(parts.engine) as connection:
            withdrew = submitting.withdraw(connection, submission.id, actor="sender", now=parts.clock())
        if withdrew:
            log.info("submission_withdrawn", submission_id=submission.id)
    return redirect(url_for("submit.show_submission", token=token), 303)


def replace(token: str) -> ResponseReturnValue:
    """Take a new file for a submission that was refused, asked again or waits to be watched, or the first, if late."""
    submission, parts = submission_behind(token), services()
    call = _call(submission.call_slug)
    require_room(parts.settings, request.content_length or 0)
    take_video(request, call.rules.max_bytes)
    form = VideoForm(call.rules)
    if submission.state not in AWAITING_FILE:
        return redirect(url_for("submit.show_submission", token=token), 303)
    if not form.validate_on_submit():
        return _replace_page(submission, token, form, form.error_status)
    try:
        is_received = _receive_instead(submission, form)
    except TryAgainLater as error:
        log.warning("upload_postponed", cause=str(error))
        form.form_errors.append(say(_TRY_AGAIN, page_language()))
        return _replace_page(submission, token, form, 503)
    # An argument that is None is in no address.
    return redirect(url_for("submit.show_submission", token=token, received=1 if is_received else None), 303)


def keep(token: str) -> ResponseReturnValue:
    """Give up a new file that is on its way: the one before it counts again."""
    submission, parts = submission_behind(token), services()
    if submission.came_from is not None:
        with writing(parts.engine) as connection:
            is_kept = submitting.give_up_upload(connection, submission.id, actor="sender", now=parts.clock())
        if is_kept:
            uploading.throw_away(parts.private, submission)
            log.info("replacement_given_up", submission_id=submission.id)
    return redirect(url_for("submit.show_submission", token=token), 303)


def privacy() -> ResponseReturnValue:
    """Say what we keep, why, and for how long."""
    return render_template("submit/privacy.html", contact_email=next(iter(_contacts()), None))


def accessibility() -> ResponseReturnValue:
    """Say how far everybody can use these pages."""
    return render_template("submit/accessibility.html", contact_email=next(iter(_contacts()), None))


def security_txt() -> ResponseReturnValue:
    """Say whom to tell of a weakness (RFC 9116)."""
    parts = services()
    expires = (parts.clock() + timedelta(days=_SECURITY_TXT_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        *(f"Contact: mailto:{contact}" for contact in _contacts()),
        f"Expires: {expires}",
        f"Preferred-Languages: {', '.join(languages())}",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _contacts() -> list[str]:
    with reading(services().engine) as connection:
        return sorted({call.contact_email for call in queries.all_calls(connection)})


def _receive(call: Call, form: SendForm) -> Token:
    letter = form.letter()
    upload = _start(call, letter)
    if upload.upload_key is not None:
        store_video(upload.submission_id, upload.upload_key, form.stream())
        log.info("submission_received", submission_id=upload.submission_id, size_bytes=letter.file.size_bytes)
    return upload.token


def _receive_instead(submission: Submission, form: VideoForm) -> bool:
    """Take the new file; False where a moderator decided on the old one meanwhile."""
    parts = services()
    with writing(parts.engine) as connection:
        has_begun = uploading.begin_upload(connection, submission.id, form.declared(), now=parts.clock())
        begun = queries.submission_by_id(connection, submission.id)
    if not has_begun or begun.upload_key is None:
        return False
    # The parts that a browser sent before it came to this.
    uploading.throw_away(parts.private, submission)
    try:
        store_video(begun.id, begun.upload_key, form.stream())
    except TryAgainLater:
        _ask_again(begun)
        raise
    return True


def _ask_again(submission: Submission) -> None:
    # Back to where a file is asked for: its sender must not wait days for the sweep to give this one up. A first file
    # has no such place: it goes on being awaited.
    parts = services()
    if submission.came_from is not None:
        with writing(parts.engine) as connection:
            submitting.give_up_upload(connection, submission.id, actor="sender", now=parts.clock())


def _replace_page(submission: Submission, token: str, form: VideoForm, status: int) -> Response:
    return status_page(submission, token, status, replace_form=form)


def status_page(submission: Submission, token: str, status: int = 200, **changes: object) -> Response:
    """Answer with the status page; *changes* are the forms that must be mended."""
    return private(render_template("submit/status.html", **_status_context(submission, token) | changes), status)


def _start(call: Call, letter: submitting.Letter) -> submitting.Upload:
    parts = services()

    def start() -> submitting.Upload:
        with writing(parts.engine) as connection:
            return submitting.start_upload(
                connection, call, letter, now=parts.clock(), secret_key=parts.settings.secret_key
            )

    try:
        return start()
    except IntegrityError:
        # The same form twice at the same moment: the other request made the row, now we find it.
        return start()


def unanswered(submission: Submission, call: Call) -> ConfirmForm:
    """Return the form that asks a sender about what was handed in for them: their details in it, no answer."""
    chosen = {own_name(name): value for name, value in submission.sender.choices.items()}
    return ConfirmForm.of(call, formdata=None, obj=submission.sender, **chosen)


def _call(slug: str) -> Call:
    with reading(services().engine) as connection:
        return queries.find_call(connection, slug)


def _fresh_form(call: Call) -> SendForm:
    return SendForm.of(call, submission_key=secrets.token_urlsafe(18), language=page_language())


def preview_call(call: Call) -> str:
    """Render the page of a call that is not saved yet; nothing can be sent from it."""
    return _form_page(call, _fresh_form(call), is_preview=True)


def _form_page(call: Call, form: SendForm, *, trouble: str | None = None, is_preview: bool = False) -> str:
    allow_recording()
    own_fields = form.own_fields()
    return render_template(
        "submit/call.html",
        call=call,
        form=form,
        own_fields=own_fields,
        own_names=tuple(field.name for field in own_fields),
        consents=form.consents(),
        trouble=trouble,
        beforehand=beforehand(call.rules, page_language()),
        is_preview=is_preview,
    )


def _status_context(submission: Submission, token: str) -> dict[str, Any]:
    call, parts = _call(submission.call_slug), services()
    allow_recording()
    with reading(parts.engine) as connection:
        view = status_view(connection, submission, page_language())
    return {
        "view": view,
        "preview": preview_of(submission, call, token, page_language()),
        "call": call,
        "submission": submission,
        "status_url": parts.settings.public_url + url_for("submit.show_submission", token=token),
        "token": token,
        "just_received": "received" in request.args and submission.state not in {State.UPLOADING, *FINAL},
        "just_confirmed": "confirmed" in request.args and not submission.awaits_consent,
        "confirm_form": unanswered(submission, call) if submission.awaits_consent else None,
        "can_go_on": submission.state is State.UPLOADING,
        "can_replace": submission.state in REPLACEABLE,
        "must_replace": submission.state in ASKED_FOR_A_FILE,
        "can_withdraw": submission.state not in FINAL,
        "replace_form": VideoForm(call.rules) if submission.state in AWAITING_FILE else None,
        "beforehand": beforehand(call.rules, page_language()),
        "withdraw_form": WithdrawForm(formdata=None),
        "just_taken_back": "taken_back" in request.args,
        "may_take_back": may_take_back(submission, call),
    }
