"""The staff's URLs. Login, logout and the authenticator app are Flask-Security's, under the same prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.moderate import archive, clip, decisions, queue
from intake.moderate.access import ADMIN, MODERATOR, VIEWER, at_least
from intake.moderate.calls import pages as calls
from intake.moderate.figures import pages as figures
from intake.moderate.figures import submissions
from intake.web.routing import Access, Route, blueprint

if TYPE_CHECKING:
    from flask import Blueprint

ROUTES: Final = (
    Route(rule="/moderate/", view=queue.queue, access=Access.VIEWER),
    Route(rule="/moderate/<uuid:submission_id>", view=clip.show, access=Access.VIEWER),
    Route(
        rule="/moderate/<uuid:submission_id>/decision",
        view=decisions.decide,
        access=Access.MODERATOR,
        methods=("POST",),
    ),
    Route(
        rule="/moderate/<uuid:submission_id>/look-again",
        view=decisions.look_again,
        access=Access.MODERATOR,
        methods=("POST",),
    ),
    Route(
        rule="/moderate/<uuid:submission_id>/retry", view=decisions.retry, access=Access.MODERATOR, methods=("POST",)
    ),
    Route(rule="/moderate/figures", view=figures.figures, access=Access.VIEWER),
    Route(rule="/moderate/figures.csv", view=figures.download_figures, access=Access.VIEWER),
    Route(rule="/moderate/submissions.csv", view=submissions.download_submissions, access=Access.MODERATOR),
    # No call's address begins with “_”.
    Route(rule="/moderate/calls", view=calls.calls, access=Access.VIEWER),
    Route(rule="/moderate/calls/_new", view=calls.new_call, access=Access.ADMIN),
    Route(rule="/moderate/calls/_new", view=calls.save_new_call, access=Access.ADMIN, methods=("POST",)),
    Route(rule="/moderate/calls/_load", view=calls.load_ready_call, access=Access.ADMIN, methods=("POST",)),
    Route(rule="/moderate/calls/<call_slug>", view=calls.edit_call, access=Access.ADMIN),
    Route(rule="/moderate/calls/<call_slug>", view=calls.save_call, access=Access.ADMIN, methods=("POST",)),
    Route(rule="/moderate/calls/<call_slug>/archive.zip", view=archive.download_archive, access=Access.ADMIN),
    Route(rule="/moderate/calls/<call_slug>/history", view=calls.call_history, access=Access.VIEWER),
    Route(rule="/moderate/calls/<call_slug>/close", view=calls.close_call, access=Access.ADMIN, methods=("POST",)),
    Route(rule="/moderate/calls/<call_slug>/reopen", view=calls.reopen_call, access=Access.ADMIN, methods=("POST",)),
)

GUARDS: Final = {
    Access.VIEWER: at_least(VIEWER),
    Access.MODERATOR: at_least(MODERATOR),
    Access.ADMIN: at_least(ADMIN),
}


def moderate_blueprint() -> Blueprint:
    """Build the blueprint of this audience; every route of it is behind the login."""
    return blueprint("moderate", ROUTES, guards=GUARDS)
