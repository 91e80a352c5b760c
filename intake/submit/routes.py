"""The senders' URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.submit import api, confirming, consents, description, event, look, pages, preview, receipt, uploads
from intake.web.routing import API_PREFIX, Access, Route, blueprint

if TYPE_CHECKING:
    from flask import Blueprint

_SUBMISSION: Final = f"{API_PREFIX}/submission"
_UPLOAD: Final = f"{_SUBMISSION}/upload"

ROUTES: Final = (
    Route(rule="/", view=pages.home, access=Access.PUBLIC),
    Route(rule="/calls/<call_slug>", view=pages.show_call, access=Access.PUBLIC),
    Route(rule="/calls/<call_slug>", view=pages.send, access=Access.PUBLIC, methods=("POST",)),
    Route(rule="/calls/<call_slug>/event.ics", view=event.download_event, access=Access.PUBLIC),
    Route(rule="/calls/<call_slug>/agenda.txt", view=event.download_agenda, access=Access.PUBLIC),
    Route(rule="/look/<accent>.css", view=look.show_look, access=Access.PUBLIC),
    Route(rule="/submissions/<token>", view=pages.show_submission, access=Access.SECRET),
    Route(rule="/submissions/<token>/withdraw", view=pages.withdraw, access=Access.SECRET, methods=("POST",)),
    Route(rule="/submissions/<token>/replace", view=pages.replace, access=Access.SECRET, methods=("POST",)),
    Route(rule="/submissions/<token>/keep", view=pages.keep, access=Access.SECRET, methods=("POST",)),
    Route(rule="/submissions/<token>/confirm", view=confirming.confirm, access=Access.SECRET, methods=("POST",)),
    Route(rule="/submissions/<token>/take-back", view=consents.take_back, access=Access.SECRET, methods=("POST",)),
    Route(rule="/submissions/<token>/poster", view=preview.show_poster, access=Access.SECRET),
    Route(rule="/submissions/<token>/receipt", view=receipt.show_receipt, access=Access.SECRET),
    Route(rule="/submissions/<token>/receipt.txt", view=receipt.download_receipt, access=Access.SECRET),
    Route(rule="/privacy", view=pages.privacy, access=Access.PUBLIC),
    Route(rule="/accessibility", view=pages.accessibility, access=Access.PUBLIC),
    Route(rule="/.well-known/security.txt", view=pages.security_txt, access=Access.PUBLIC),
    Route(
        rule=f"{API_PREFIX}/calls/<call_slug>",
        view=api.describe_call,
        access=Access.PUBLIC,
        operation=description.DESCRIBE_CALL,
    ),
    Route(
        rule=f"{API_PREFIX}/calls/<call_slug>/submissions",
        view=uploads.announce_submission,
        access=Access.PUBLIC,
        methods=("POST",),
        operation=description.ANNOUNCE,
    ),
    Route(
        rule=_SUBMISSION, view=api.describe_submission, access=Access.SECRET, operation=description.DESCRIBE_SUBMISSION
    ),
    Route(
        rule=_SUBMISSION,
        view=api.withdraw_submission,
        access=Access.SECRET,
        methods=("DELETE",),
        operation=description.WITHDRAW,
    ),
    Route(rule=_UPLOAD, view=uploads.describe_upload, access=Access.SECRET, operation=description.DESCRIBE_UPLOAD),
    Route(
        rule=_UPLOAD,
        view=uploads.begin_upload,
        access=Access.SECRET,
        methods=("POST",),
        operation=description.BEGIN_UPLOAD,
    ),
    Route(
        rule=_UPLOAD,
        view=uploads.give_up_upload,
        access=Access.SECRET,
        methods=("DELETE",),
        operation=description.GIVE_UP_UPLOAD,
    ),
    Route(
        rule=f"{_UPLOAD}/sign",
        view=uploads.sign_upload,
        access=Access.SECRET,
        methods=("POST",),
        operation=description.SIGN_UPLOAD,
    ),
    Route(
        rule=f"{_UPLOAD}/complete",
        view=uploads.complete_upload,
        access=Access.SECRET,
        methods=("POST",),
        operation=description.COMPLETE_UPLOAD,
    ),
)


def submit_blueprint() -> Blueprint:
    """Build the blueprint of this audience. A secret guards itself: an unknown one finds nothing."""
    return blueprint("submit", ROUTES)
