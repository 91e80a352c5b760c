"""The only place where the web side is put together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from intake.domain.errors import BadSettings
from intake.gallery.routes import gallery_blueprint
from intake.logs import set_up_logging
from intake.moderate.access import Staff, set_up_access
from intake.moderate.routes import moderate_blueprint
from intake.settings import Settings
from intake.submit.routes import submit_blueprint
from intake.web.assets import set_up_assets
from intake.web.errors import set_up_errors
from intake.web.health import health_blueprint
from intake.web.language import set_up_language
from intake.web.security import set_up_security_headers
from intake.web.services import provide
from intake.web.uploads import set_up_uploads
from intake.wiring import connect

if TYPE_CHECKING:
    from intake.wiring import Services

TEMPLATES: Final = Path(__file__).parents[1] / "templates"

_RATES: Final = (
    ("submit.describe_submission", "10 per second", ["GET"]),
    # Guesses at passwords.
    ("security.login", "20 per hour", ["POST"]),
)
"""How often one address may use an endpoint."""

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
    set_up_security_headers(app, services.settings)
    app.extensions["intake.staff"] = set_up_access(app, services.settings, services.engine)
    for blueprint in (submit_blueprint(), moderate_blueprint(), gallery_blueprint(), health_blueprint()):
        app.register_blueprint(blueprint)
    _protect_forms(app)
    _limit_rates(app)
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
    for endpoint, rate, methods in _RATES:
        views[endpoint] = limiter.limit(rate, methods=methods)(views[endpoint])
