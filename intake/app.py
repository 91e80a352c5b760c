"""The only place where the web side is put together."""

from __future__ import annotations

import gc
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from intake.domain.errors import BadSettings
from intake.gallery import description as gallery_description
from intake.gallery.answers import set_up_memory
from intake.gallery.routes import ROUTES as GALLERY_ROUTES
from intake.gallery.routes import gallery_blueprint
from intake.logs import set_up_logging
from intake.moderate.access import Staff, set_up_access
from intake.moderate.on_behalf import HAND_IN
from intake.moderate.routes import moderate_blueprint
from intake.settings import Settings
from intake.submit import description as submit_description
from intake.submit.pages import preview_call
from intake.submit.routes import ROUTES as SUBMIT_ROUTES
from intake.submit.routes import submit_blueprint
from intake.web import openapi
from intake.web.assets import set_up_assets
from intake.web.compression import set_up_compression
from intake.web.errors import set_up_errors
from intake.web.health import health_blueprint
from intake.web.language import set_up_language
from intake.web.mail import mail_blueprint
from intake.web.metrics import metrics_blueprint
from intake.web.previews import provide_call_page
from intake.web.routing import API_PREFIX
from intake.web.security import set_up_security_headers
from intake.web.services import provide
from intake.web.timing import set_up_timing
from intake.web.uploads import set_up_uploads
from intake.wiring import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Response

    from intake.wiring import Services

TEMPLATES: Final = Path(__file__).parents[1] / "templates"


def _always(_response: Response) -> bool:
    return True


def _is_success(response: Response) -> bool:
    # Whoever mistypes an address must not run out of tries.
    return response.status_code < _BAD_REQUEST


def _is_refusal(response: Response) -> bool:
    # Whoever logs in is sent on; whoever does not sees the form again.
    return response.status_code not in _REDIRECTS


_REDIRECTS: Final = range(300, 400)
_BAD_REQUEST: Final = 400

_GUESSABLE: Final = (
    "login",
    "verify",
    "forgot_password",
    "reset_password",
    "two_factor_token_validation",
    "two_factor_setup_validate",
    "mf_recovery",
)

_READING: Final = (
    "submit.describe_call",
    "submit.describe_submission",
    "submit.withdraw_submission",
    "submit.describe_upload",
    "submit.begin_upload",
    "submit.give_up_upload",
    "submit.complete_upload",
    "gallery.list_clips",
    "api.show_description",
)
"""What programs ask time and again."""

# Their bodies carry a video: they check their own form's token. The API bears a secret in a header and no cookie.
_OWN_CSRF_CHECK: Final = ("submit.send", "submit.replace", HAND_IN)

# Mail programs post to it (RFC 8058), with the signed link as the only authority.
_SIGNED: Final = ("moderate.stop_alert",)


def create_app(services: Services) -> Flask:
    """Build the web side on the given parts.

    Raises:
        FileNotFoundError: The assets were not built.
    """
    app = Flask("intake", template_folder=str(TEMPLATES))
    app.jinja_env.undefined = StrictUndefined
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # A form may lie open overnight; the token lives as long as the session.
    provide(app, services)
    set_up_timing(app)
    set_up_errors(app)
    set_up_uploads(app, services.settings.data_dir / "spool")
    set_up_language(app)
    set_up_assets(app)
    set_up_compression(app)
    set_up_memory(app)
    set_up_security_headers(app, services.settings)
    app.extensions["intake.staff"] = set_up_access(app, services.settings)
    for blueprint in (
        submit_blueprint(),
        moderate_blueprint(),
        gallery_blueprint(),
        health_blueprint(),
        metrics_blueprint(),
        mail_blueprint(),
        openapi.api_blueprint(),
    ):
        app.register_blueprint(blueprint)
    openapi.set_up_description(app, describe_api())
    provide_call_page(app, preview_call)
    _protect_forms(app)
    _limit_rates(app, services.settings.create_per_hour)
    _trust_proxies(app, services.settings.trusted_proxies)
    return app


def describe_api() -> dict[str, Any]:
    """Describe every route of the API (OpenAPI 3.1)."""
    routes = (*SUBMIT_ROUTES, *GALLERY_ROUTES, *openapi.ROUTES)
    return openapi.describe(routes, {**submit_description.SCHEMAS, **gallery_description.SCHEMAS, **openapi.SCHEMAS})


def staff_of(app: Flask) -> Staff:
    """Return the staff of an application, for the commands."""
    staff: Staff = app.extensions["intake.staff"]
    return staff


def from_environment() -> Flask:
    """Build the web side from the environment; what gunicorn calls.

    Raises:
        SystemExit: The settings do not describe a service that can start; each problem is a line.
    """
    try:
        settings = Settings.from_env()
    except BadSettings as error:
        raise SystemExit(f"The settings need mending:\n{error}") from error
    set_up_logging(settings.log_level)
    app = create_app(connect(settings))
    keep_for_good()
    return app


def keep_for_good() -> None:
    """Leave what was made so far out of every search for garbage: it lives as long as this process.

    A search through all of it takes more than a tenth of a second, in the middle of somebody's request.
    """
    gc.collect()
    gc.freeze()


def _protect_forms(app: Flask) -> None:
    csrf = CSRFProtect(app)
    api = [rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith(API_PREFIX)]
    for endpoint in (*_OWN_CSRF_CHECK, *_SIGNED, *api):
        csrf.exempt(app.view_functions[endpoint])


def _limit_rates(app: Flask, create_per_hour: int) -> None:
    # Counters in this process: with Redis frozen, a limiter in Redis held requests for ten seconds.
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=True)
    views: dict[str, Any] = app.view_functions
    for endpoint, rate, methods, counts in _rates(create_per_hour):
        views[endpoint] = limiter.limit(rate, methods=methods, deduct_when=counts)(views[endpoint])
    # Many addresses may guess at one account.
    each_account = limiter.limit(_GUESSES, key_func=_account, methods=["POST"], deduct_when=_is_refusal)
    views["security.login"] = each_account(views["security.login"])


_GUESSES: Final = "30 per hour"
"""At one account, from wherever: far below the 100 in a row of NIST SP 800-63B-4, section 3.2.2; and whoever wants to
lock somebody out has to go on guessing."""


def _account() -> str:
    # Hashed: addresses are kept nowhere but in their rows.
    email = request.form.get("email", "").strip().lower()
    return f"account {hashlib.sha256(email.encode()).hexdigest()}"


def _rates(create_per_hour: int) -> Iterator[tuple[str, str, list[str] | None, Callable[[Response], bool]]]:
    """How often one address may use an endpoint, by which methods, and which answers count."""
    yield "submit.announce_submission", f"{create_per_hour} per hour", None, _is_success
    yield "gallery.send_report", "10 per hour", ["POST"], _always
    yield "submit.sign_upload", "1200 per minute", None, _always
    for endpoint in _READING:
        yield endpoint, "10 per second", None, _always
    for name in _GUESSABLE:
        # Guesses at passwords and codes.
        yield f"security.{name}", "20 per hour", ["POST"], _is_refusal


def _trust_proxies(app: Flask, count: int) -> None:
    # Without it everybody behind the proxy would share one address, and one limit.
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign] # Flask's own way
