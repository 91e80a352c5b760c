"""The staff's URLs. Login, logout and the authenticator app are Flask-Security's, under the same prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.moderate import decisions, pages
from intake.moderate.access import staff_only
from intake.web.routing import Access, Route, blueprint

if TYPE_CHECKING:
    from flask import Blueprint

ROUTES: Final = (
    Route(rule="/moderate/", view=pages.queue, access=Access.STAFF),
    Route(rule="/moderate/<uuid:submission_id>", view=pages.show, access=Access.STAFF),
    Route(
        rule="/moderate/<uuid:submission_id>/decision", view=decisions.decide, access=Access.STAFF, methods=("POST",)
    ),
    Route(
        rule="/moderate/<uuid:submission_id>/look-again",
        view=decisions.look_again,
        access=Access.STAFF,
        methods=("POST",),
    ),
    Route(rule="/moderate/<uuid:submission_id>/retry", view=decisions.retry, access=Access.STAFF, methods=("POST",)),
)


def moderate_blueprint() -> Blueprint:
    """Build the blueprint of this audience; every route of it is behind the login."""
    return blueprint("moderate", ROUTES, guards={Access.STAFF: staff_only})
