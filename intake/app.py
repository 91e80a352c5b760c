"""The only place where the web side is put together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from intake.domain.errors import BadSettings
from intake.gallery.routes import gallery_blueprint
from intake.logs import set_up_logging
from intake.moderate.access import Staff, set_up_access
from intake.moderate.routes import moderate_blueprint
from intake.settings import Settings
from intake.submit.routes import submit_blueprint
from intake.web.assets import set_up_assets
from intake.web.compression import set_up_compression
from intake.web.errors import set_up_errors
from intake.web.health import health_blueprint
from intake.web.language import set_up_language
from intake.web.security import set_up_security_headers
from intake.web.services import provide
from intake.web.uploads import set_up_uploads
from intake.wiring import connect

if TYPE_CHECKING:
    from flask import Response

    from intake.wiring import Services

TEMPLATES: Final = Path(__file__).parents[1] / "templates"


def _always(_response: Response) -> bool:
    return True


def _is_refusal(response: Response) -> bool:
    # Whoever logs in is sent on; whoever does not sees the form again.
    return response.status_code not in _REDIRECTS


_REDIRECTS: Final = range(300, 400)

_GUESSABLE: Final = (
    "login",
    "verify",
    "two_factor_token_validation",
    "two_factor_setup_validate",
    "mf_recovery",
)

_RATES: Final = (
    ("submit.describe_submission", "10 per second", ["GET"], _always),
    # Guesses at passwords and codes.
    *((f"security.{name}", "20 per hour", ["POST"], _is_refusal) for name in _GUESSABLE),
)
"""How often one address may use an endpoint, and which answers count."""

# Their bodies carry a video, or they bear a secret in a header and no cookie: they check their own form's token.
_OWN_CSRF_CHECK: Final = ("submit.send", "submit.replace", "submit.withdraw_submission")


def create_app(services: Services) -> Flask:
    """Build the web side on the given parts.

    Raises:
        FileNotFoundError: The assets were not built.
    """
    app = Flask("intake", template_folder=str(TEMPLATES))
    app.jinja_env.undefined = StrictUndefined
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # A form may lie open overnight; the token lives as long as the session.
    provide(app, services)
    set_up_errors(app)
    set_up_uploads(app, services.settings.data_dir / "spool")
    set_up_language(app)
    set_up_assets(app)
    set_up_compression(app)
    set_up_security_headers(app, services.settings)
    app.extensions["intake.staff"] = set_up_access(app, services.settings, services.engine)
    for blueprint in (submit_blueprint(), moderate_blueprint(), gallery_blueprint(), health_blueprint()):
        app.register_blueprint(blueprint)
    _protect_forms(app)
    _limit_rates(app)
    _trust_proxies(app, services.settings.trusted_proxies)
    return app


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
    return create_app(connect(settings))


def _protect_forms(app: Flask) -> None:
    csrf = CSRFProtect(app)
    for endpoint in _OWN_CSRF_CHECK:
        csrf.exempt(app.view_functions[endpoint])


def _limit_rates(app: Flask) -> None:
    # Counters in this process: with Redis frozen, a limiter in Redis held requests for ten seconds.
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=True)
    views: dict[str, Any] = app.view_functions
    for endpoint, rate, methods, counts in _RATES:
        views[endpoint] = limiter.limit(rate, methods=methods, deduct_when=counts)(views[endpoint])


def _trust_proxies(app: Flask, count: int) -> None:
    # Without it everybody behind the proxy would share one address, and one limit.
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign] # Flask's own way
