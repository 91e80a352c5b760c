"""The staff's URLs. Login, logout and the authenticator app are Flask-Security's, under the same prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask_wtf.csrf import CSRFError

from intake.moderate import (
    alerts,
    archive,
    bulk,
    captions,
    clip,
    cutting,
    decisions,
    gallery_files,
    hooks,
    invitations,
    kept,
    looking,
    on_behalf,
    operating,
    people,
    preview,
    queue,
    undoing,
    walking,
    words,
)
from intake.moderate.access import ADMIN, MODERATOR, VIEWER, at_least
from intake.moderate.calls import pages as calls
from intake.moderate.figures import pages as figures
from intake.moderate.figures import submissions
from intake.web.routing import Access, Route, blueprint

if TYPE_CHECKING:
    from flask import Blueprint

PEOPLE: Final = (
    Route(rule="/moderate/people", view=people.show_people, access=Access.ADMIN),
    Route(rule="/moderate/people/invitations", view=people.invite, access=Access.ADMIN, methods=("POST",)),
    Route(
        rule="/moderate/people/invitations/<int:invitation_id>/again",
        view=people.invite_again,
        access=Access.ADMIN,
        methods=("POST",),
    ),
    Route(
        rule="/moderate/people/invitations/<int:invitation_id>/take-back",
        view=people.take_back_invitation,
        access=Access.ADMIN,
        methods=("POST",),
    ),
    Route(rule="/moderate/people/<int:staff_id>/role", view=people.set_role, access=Access.ADMIN, methods=("POST",)),
    Route(rule="/moderate/people/<int:staff_id>/off", view=people.switch_off, access=Access.ADMIN, methods=("POST",)),
    Route(rule="/moderate/people/<int:staff_id>/on", view=people.switch_on, access=Access.ADMIN, methods=("POST",)),
    Route(
        rule="/moderate/people/<int:staff_id>/end-sessions",
        view=people.end_sessions,
        access=Access.ADMIN,
        methods=("POST",),
    ),
    Route(rule="/moderate/invitations/<token>", view=invitations.open_invitation, access=Access.SECRET),
    Route(
        rule="/moderate/invitations/<token>",
        view=invitations.accept_invitation,
        access=Access.SECRET,
        methods=("POST",),
    ),
)

ALERTS: Final = (
    Route(rule="/moderate/alerts", view=alerts.show_alerts, access=Access.MODERATOR),
    Route(rule="/moderate/alerts", view=alerts.choose_alerts, access=Access.MODERATOR, methods=("POST",)),
    Route(rule="/moderate/alerts/stop/<signed>", view=alerts.ask_to_stop, access=Access.SECRET),
    Route(rule="/moderate/alerts/stop/<signed>", view=alerts.stop_alert, access=Access.SECRET, methods=("POST",)),
)

HOOKS: Final = (
    Route(rule="/moderate/hooks", view=hooks.show_hooks, access=Access.ADMIN),
    Route(rule="/moderate/hooks", view=hooks.add_hook, access=Access.ADMIN, methods=("POST",)),
    Route(rule="/moderate/hooks/<int:hook_id>/remove", view=hooks.remove_hook, access=Access.ADMIN, methods=("POST",)),
    Route(
        rule="/moderate/hooks/deliveries/<uuid:delivery_id>/replay",
        view=hooks.replay_delivery,
        access=Access.ADMIN,
        methods=("POST",),
    ),
)

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
    Route(rule="/moderate/<uuid:submission_id>/look", view=looking.look, access=Access.MODERATOR, methods=("POST",)),
    Route(
        rule="/moderate/<uuid:submission_id>/retry", view=operating.retry, access=Access.MODERATOR, methods=("POST",)
    ),
    Route(
        rule="/moderate/<uuid:submission_id>/retry-larger",
        view=operating.retry_with_larger_limits,
        access=Access.MODERATOR,
        methods=("POST",),
    ),
    Route(
        rule="/moderate/<uuid:submission_id>/refuse",
        view=operating.refuse,
        access=Access.MODERATOR,
        methods=("POST",),
    ),
    Route(
        rule="/moderate/<uuid:submission_id>/leave-cut",
        view=operating.leave_cut,
        access=Access.MODERATOR,
        methods=("POST",),
    ),
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
    Route(rule="/moderate/<uuid:submission_id>/cut", view=cutting.cut, access=Access.MODERATOR, methods=("POST",)),
    Route(rule="/moderate/<uuid:submission_id>/clean", view=cutting.clean, access=Access.MODERATOR, methods=("POST",)),
    Route(
        rule="/moderate/<uuid:submission_id>/words",
        view=words.correct_words,
        access=Access.MODERATOR,
        methods=("POST",),
    ),
    Route(rule="/moderate/on-behalf", view=on_behalf.choose_call, access=Access.MODERATOR),
    Route(rule="/moderate/on-behalf/<call_slug>", view=on_behalf.show_form, access=Access.MODERATOR),
    Route(rule="/moderate/on-behalf/<call_slug>", view=on_behalf.hand_in, access=Access.MODERATOR, methods=("POST",)),
    Route(rule="/moderate/bulk-decline", view=bulk.confirm_bulk, access=Access.MODERATOR),
    Route(rule="/moderate/bulk-decline", view=bulk.decline_bulk, access=Access.MODERATOR, methods=("POST",)),
    Route(rule="/moderate/undo", view=undoing.undo, access=Access.MODERATOR, methods=("POST",)),
    Route(rule="/moderate/undo/hold", view=undoing.hold, access=Access.MODERATOR, methods=("POST",)),
    Route(rule="/moderate/<uuid:submission_id>/captions", view=captions.show_captions, access=Access.VIEWER),
    Route(rule="/moderate/<uuid:submission_id>/captions.vtt", view=captions.captions_file, access=Access.VIEWER),
    Route(
        rule="/moderate/<uuid:submission_id>/captions",
        view=captions.save_captions,
        access=Access.MODERATOR,
        methods=("POST",),
    ),
    Route(
        rule="/moderate/<uuid:submission_id>/captions/draft",
        view=captions.draft_captions,
        access=Access.MODERATOR,
        methods=("POST",),
    ),
    *PEOPLE,
    *ALERTS,
    *HOOKS,
    Route(rule="/moderate/gallery-files", view=gallery_files.show_gallery_files, access=Access.VIEWER),
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
    made = blueprint("moderate", ROUTES, guards=GUARDS)
    made.before_request(on_behalf.make_room)
    made.context_processor(undoing.standing_offer)
    made.url_defaults(walking.carry_view)
    made.register_error_handler(CSRFError, kept.answer_without_token)
    return made
