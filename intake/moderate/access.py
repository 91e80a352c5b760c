"""The only place that knows who staff are and how they log in: Flask-Security on the plain tables of `db`."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
from typing import TYPE_CHECKING, Any, Final

from flask_security import (
    RoleMixin,
    Security,
    SQLAlchemySessionUserDatastore,
    UserMixin,
    auth_required,
    current_user,
    hash_password,
    roles_accepted,
)
from sqlalchemy.orm import registry, relationship, scoped_session, sessionmaker

from intake.db.tables import roles, staff, staff_roles
from intake.domain.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from flask import Flask
    from sqlalchemy import Engine

    from intake.settings import Settings
    from intake.web.routing import View

VIEWER: Final = "viewer"
MODERATOR: Final = "moderator"
ADMIN: Final = "admin"
ROLES: Final = (VIEWER, MODERATOR, ADMIN)
"""What somebody on the staff may be; each may do what those before it may."""

MIN_PASSWORD_CHARACTERS: Final = 15
"""Shortest password where it is the only factor. Source: NIST SP 800-63B-4, section 3.1.1."""

_SESSION_S: Final = 12 * 3600
"""Longest session: a working day. Source: as above, section 2.2.3 (24 hours at most)."""


class StaffMember(UserMixin):
    """Somebody who may log in."""


class Role(RoleMixin):
    """What somebody who logged in may do."""


def _map_classes() -> None:
    mapper = registry()
    mapper.map_imperatively(Role, roles)
    mapper.map_imperatively(StaffMember, staff, properties={"roles": relationship(Role, secondary=staff_roles)})


_map_classes()


class Staff:
    """The staff, as the commands and the login see them."""

    def __init__(self, app: Flask, engine: Engine) -> None:
        # Autocommit: reading who is logged in must not hold SQLite's only write lock during a whole request.
        self._session = scoped_session(
            sessionmaker(bind=engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False)
        )
        self._store = SQLAlchemySessionUserDatastore(self._session, StaffMember, Role)
        Security(app, self._store)
        app.teardown_appcontext(lambda _error: self._session.remove())

    def add(self, email: str, role: str, password: str) -> bool:
        """Let somebody log in; False when the address is known already. Needs an application context.

        Raises:
            NotFound: There is no such role.
            ValueError: The password is too short.
        """
        if role not in ROLES:
            raise NotFound(f"role {role}")
        if len(password) < MIN_PASSWORD_CHARACTERS:
            raise ValueError(f"a password needs at least {MIN_PASSWORD_CHARACTERS} characters")
        if self._store.find_user(case_insensitive=True, email=email) is not None:
            return False
        known_role = self._store.find_or_create_role(role)
        self._store.create_user(email=email, password=hash_password(password), roles=[known_role])
        self._session.commit()
        return True


def set_up_access(app: Flask, settings: Settings, engine: Engine) -> Staff:
    """Let staff log in to *app* under `/moderate/`."""
    app.config.update(_security_config(settings))
    return Staff(app, engine)


def at_least(role: str) -> Callable[[View], View]:
    """Return a guard that lets only staff who are logged in, and are *role* or more, use a view."""
    accepted = ROLES[ROLES.index(role) :]

    def guard(view: View) -> View:
        guarded: View = auth_required("session")(roles_accepted(*accepted)(view))
        return functools.wraps(view)(guarded)

    return guard


def may(role: str) -> bool:
    """Tell whether whoever is logged in is *role* or more."""
    return any(current_user.has_role(accepted) for accepted in ROLES[ROLES.index(role) :])


def moderator_name() -> str:
    """Return who is logged in, as the history names them."""
    return str(current_user.email)


def _security_config(settings: Settings) -> dict[str, Any]:
    session_life: int | timedelta = _SESSION_S
    return {
        "SECRET_KEY": settings.secret_key,
        "PERMANENT_SESSION_LIFETIME": session_life,
        "SESSION_COOKIE_NAME": "__Host-session" if settings.is_https else "session",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # “Remember me” lasts a working day as well: by itself it would outlive the session by a year.
        "REMEMBER_COOKIE_NAME": "__Host-remember" if settings.is_https else "remember",
        "REMEMBER_COOKIE_SECURE": settings.is_https,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_DURATION": _SESSION_S,
        "SECURITY_URL_PREFIX": "/moderate",
        "SECURITY_POST_LOGIN_VIEW": "/moderate/",
        "SECURITY_POST_LOGOUT_VIEW": "/moderate/login",
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": _derived(settings, "password salt"),
        "SECURITY_PASSWORD_LENGTH_MIN": MIN_PASSWORD_CHARACTERS,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_SEND_REGISTER_EMAIL": False,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        # An authenticator app is offered; nobody is locked out until a setting demands it.
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_REQUIRED": False,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_TOTP_SECRETS": {"1": _derived(settings, "totp")},
        "SECURITY_TOTP_ISSUER": "Pistoia2030",
        "SECURITY_I18N_DOMAIN": "flask_security",
    }


def _derived(settings: Settings, purpose: str) -> str:
    # A key of its own for each purpose, all from the one secret an operator keeps.
    digest = hmac.new(settings.secret_key.encode(), purpose.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()
