"""The staff's URLs. Login, logout and the authenticator app are Flask-Security's, under the same prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.moderate import bulk, clip, decisions, on_behalf, preview, queue, undoing
from intake.moderate.access import ADMIN, MODERATOR, VIEWER, at_least
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
    # Deciding.
    Route(
        rule="/moderate/<uuid:submission_id>/preview",
        view=preview.preview,
        access=Access.MODERATOR,
        methods=("POST",),
    ),
    Route(
        rule="/moderate/<uuid:submission_id>/take-down",
        view=decisions.take_down,
        access=Access.MODERATOR,
        methods=("POST",),
    ),
    Route(rule="/moderate/on-behalf", view=on_behalf.choose_call, access=Access.MODERATOR),
    Route(rule="/moderate/on-behalf/<call_slug>", view=on_behalf.show_form, access=Access.MODERATOR),
    Route(rule="/moderate/on-behalf/<call_slug>", view=on_behalf.hand_in, access=Access.MODERATOR, methods=("POST",)),
    Route(rule="/moderate/bulk-decline", view=bulk.confirm_bulk, access=Access.MODERATOR),
    Route(rule="/moderate/bulk-decline", view=bulk.decline_bulk, access=Access.MODERATOR, methods=("POST",)),
    Route(rule="/moderate/undo", view=undoing.undo, access=Access.MODERATOR, methods=("POST",)),
)

GUARDS: Final = {
    Access.VIEWER: at_least(VIEWER),
    Access.MODERATOR: at_least(MODERATOR),
    Access.ADMIN: at_least(ADMIN),
}


def moderate_blueprint() -> Blueprint:
    """Build the blueprint of this audience; every route of it is behind the login."""
    made = blueprint("moderate", ROUTES, guards=GUARDS)
    made.before_request(on_behalf.make_room)
    made.context_processor(undoing.standing_offer)
    return made
