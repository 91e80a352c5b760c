"""Which other systems are told of what happens, and how each call went: for admins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import flash, redirect, render_template, url_for
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from intake import wording
from intake.actions import hooking
from intake.db import hooks as rows
from intake.db.engine import reading, writing
from intake.domain.hooks import HookEvent, HookId, is_hook_url
from intake.domain.staff import ErrandId
from intake.moderate.access import moderator_name
from intake.moderate.answers import private
from intake.moderate.forms import ButtonForm
from intake.web.language import page_language
from intake.web.services import services
from intake.wording.marking import N_
from intake.wording.staff import DELIVERIES, EVENTS, OUR_TROUBLE, TROUBLES

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue
    from wtforms import Field

    from intake.db.hooks import DeliveryStanding

log = structlog.get_logger()

SHOWN: Final = 50
"""How many deliveries the page lists."""


class HookForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    """Whom to tell, and of what."""

    url = StringField(
        _("Indirizzo da chiamare"),
        [InputRequired(_("Scrivi l'indirizzo."))],
        filters=[lambda text: text.strip() if text else text],
    )
    events = SelectMultipleField(
        _("Di che cosa avvisare"),
        [InputRequired(_("Scegli almeno un avviso."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - Flask-WTF's own
        super().__init__(*arguments, **options)
        self.events.choices = [SelectChoice(event, wording.say(EVENTS[event], page_language())) for event in HookEvent]

    def validate_url(self, field: Field) -> None:
        """Take only an address that workers would call."""
        if not is_hook_url(field.data or "", is_at_home=services().settings.is_loopback):
            raise ValidationError(
                _("Serve un indirizzo pubblico che comincia con https://, per esempio https://esempio.it/avvisi.")
            )


def show_hooks() -> ResponseReturnValue:
    """Show who is told of what, and how the last calls went."""
    return private(_page(HookForm(formdata=None)))


def add_hook() -> ResponseReturnValue:
    """Tell another system from now on; its secret is shown this once."""
    parts, form = services(), HookForm()
    if not form.validate_on_submit():
        return private(_page(form), 422)
    events = [HookEvent(event) for event in form.events.data]
    with writing(parts.engine) as connection:
        secret = hooking.add_hook(
            connection,
            form.url.data,
            events,
            by=moderator_name(),
            now=parts.clock(),
            secret_key=parts.settings.secret_key,
        )
    log.info("hook_added", events=events)
    # No redirect: the secret is in no session and no address, only in this answer.
    return private(_page(HookForm(formdata=None), secret=secret), 201)


def remove_hook(hook_id: int) -> ResponseReturnValue:
    """Tell another system nothing any more."""
    with writing(services().engine) as connection:
        rows.hook(connection, hook_id)
        hooking.remove_hook(connection, HookId(hook_id), now=services().clock())
    log.info("hook_removed", hook_id=hook_id)
    return _back(N_("Tolto: a questo indirizzo non mandiamo più nulla."))


def replay_delivery(delivery_id: UUID) -> ResponseReturnValue:
    """Make a call once more."""
    with writing(services().engine) as connection:
        is_asked = hooking.replay(connection, ErrandId(str(delivery_id)), now=services().clock())
    return _back(N_("La mandiamo di nuovo.") if is_asked else N_("La stiamo già mandando."))


def _why(standing: DeliveryStanding) -> str | None:
    """Say in words why a delivery did not get through, where it did not."""
    trouble, language = standing.delivery.trouble, page_language()
    if trouble is not None:
        return wording.say(TROUBLES[trouble], language, answer=str(standing.delivery.answer))
    return wording.say(OUR_TROUBLE, language) if standing.last_error else None


def _back(sentence: str) -> ResponseReturnValue:
    flash(wording.say(sentence, page_language()), "done")
    return redirect(url_for("moderate.show_hooks"), 303)


def _page(form: HookForm, *, secret: str | None = None) -> str:
    language = page_language()
    with reading(services().engine) as connection:
        context = {"hooks": rows.all_hooks(connection), "deliveries": rows.deliveries(connection, limit=SHOWN)}
    return render_template(
        "moderate/hooks.html",
        form=form,
        secret=secret,
        button_form=ButtonForm(formdata=None),
        event_names={event: wording.say(name, language) for event, name in EVENTS.items()},
        why=_why,
        state_names={state: wording.say(name, language) for state, name in DELIVERIES.items()},
        **context,
    )
