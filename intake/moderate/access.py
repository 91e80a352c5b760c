"""The only place that knows who staff are and how they log in: Flask-Security on the plain tables of `db`."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from flask import make_response
from flask_security import (
    MailUtil,
    RoleMixin,
    Security,
    SQLAlchemySessionUserDatastore,
    UserMixin,
    auth_required,
    current_user,
    hash_password,
    login_user,
    roles_accepted,
)
from flask_security.proxies import _security
from sqlalchemy.orm import Session, registry, relationship, scoped_session

from intake import wording
from intake.actions import tokens
from intake.actions.errands import ask_for_mail
from intake.db.engine import writing
from intake.db.people_tables import roles, staff, staff_roles
from intake.domain.errors import NotFound
from intake.domain.staff import StaffId, StaffMail, StaffRole
from intake.domain.submissions import Token
from intake.moderate.activity import note_activity
from intake.moderate.kept import answer_stranger
from intake.web.errors import error_page
from intake.web.language import page_language
from intake.web.services import services
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response
    from flask.typing import ResponseReturnValue

    from intake.settings import Settings
    from intake.web.routing import View

VIEWER: Final = StaffRole.VIEWER
MODERATOR: Final = StaffRole.MODERATOR
ADMIN: Final = StaffRole.ADMIN
ROLES: Final = tuple(StaffRole)

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

    def __init__(self, app: Flask) -> None:
        # Its types want a sessionmaker; its documentation takes any factory.
        self._session: scoped_session[Session] = scoped_session(_open_session)  # type: ignore[arg-type]
        self._store = SQLAlchemySessionUserDatastore(self._session, StaffMember, Role)
        security = Security(app, self._store, mail_util_cls=StaffMailUtil)
        security.unauthz_handler(_refuse)
        security.unauthn_handler(answer_stranger)
        app.teardown_appcontext(lambda _error: self._session.remove())

    def add(self, email: str, role: str, password: str) -> bool:
        """Let somebody log in; False when the address is known already. Needs an application context.

        Raises:
            NotFound: There is no such role.
            ValueError: The password is too short.
        """
        if role not in ROLES:
            raise NotFound(f"role {role}")
        if password_problems(password):
            raise ValueError(f"a password needs at least {MIN_PASSWORD_CHARACTERS} characters")
        if self._member(email) is not None:
            return False
        known_role = self._store.find_or_create_role(role)
        self._store.create_user(email=email, password=hashed(normal_password(password)), roles=[known_role])
        self._session.commit()
        return True

    def give_role(self, email: str, role: str) -> bool:
        """Give somebody another role; False when nobody has this address. Needs an application context."""
        member = self._member(email)
        if member is None:
            return False
        member.roles = [self._store.find_or_create_role(role)]
        self._session.commit()
        return True

    def forget_second_factor(self, email: str) -> bool:
        """Let somebody log in by their password alone; False when nobody has this address. As above."""
        member = self._member(email)
        if member is None:
            return False
        self._store.tf_reset(member)
        self._session.commit()
        return True

    def _member(self, email: str) -> Any:  # noqa: ANN401 - its columns are mapped, and no type knows them
        return self._store.find_user(case_insensitive=True, email=email)


def _open_session() -> Session:
    # Autocommit: reading who is logged in must not hold SQLite's only write lock during a whole request.
    engine = services().engine.execution_options(isolation_level="AUTOCOMMIT")
    return Session(bind=engine, expire_on_commit=False)


class StaffMailUtil(MailUtil):
    """Hands Flask-Security's mails to our own jobs; of all it could write, only one answers what somebody asked."""

    def send_mail(self, template: str, *_words: object, **facts: Any) -> None:  # noqa: ANN401 - the library's own
        """Ask for our mail instead of the one that the library put into words."""
        if not template.endswith("/reset_instructions"):
            return
        parts, token = services(), facts["reset_token"]
        with writing(parts.engine) as connection:
            ask_for_mail(
                connection,
                StaffMail.FORGOTTEN_PASSWORD,
                tokens.hash_of(token),
                now=parts.clock(),
                staff_id=StaffId(facts["user"].id),
                token_sealed=tokens.seal(Token(token), parts.settings.secret_key),
            )


def set_up_access(app: Flask, settings: Settings) -> Staff:
    """Let staff log in to *app* under `/moderate/`."""
    app.config.update(_security_config(settings))
    return Staff(app)


def normal_password(password: str) -> str:
    """Return a password as the login compares it: the same letters may be written in several ways."""
    return str(_security._password_util.normalize(password))  # noqa: SLF001 - there is no other way to it


def password_problems(password: str) -> bool:
    """Tell whether a password is too weak to be the only factor."""
    problems, _ = _security._password_util.validate(password, True)  # noqa: SLF001 - as above
    return bool(problems)


def log_in(email: str) -> None:
    """Log in whoever just proved that they may.

    Raises:
        NotFound: Nobody has this address.
    """
    member = _security.datastore.find_user(email=email)
    if member is None:
        raise NotFound("staff")
    login_user(member)


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    return str(hash_password(password))


def at_least(role: str) -> Callable[[View], View]:
    """Return a guard that lets only staff who are logged in, and are *role* or more, use a view."""
    accepted = ROLES[ROLES.index(role) :]

    def guard(view: View) -> View:
        @functools.wraps(view)
        def seen(*arguments: Any, **options: Any) -> ResponseReturnValue:  # noqa: ANN401 - whatever the view takes
            note_activity(member_id())
            return view(*arguments, **options)

        guarded: View = auth_required("session")(roles_accepted(*accepted)(seen))
        return functools.wraps(view)(guarded)

    return guard


def may(role: str) -> bool:
    """Tell whether whoever is logged in is *role* or more."""
    return any(current_user.has_role(accepted) for accepted in ROLES[ROLES.index(role) :])


def member_id() -> StaffId:
    """Return who is logged in, as the rows know them."""
    return StaffId(current_user.id)


def moderator_name() -> str:
    """Return who is logged in, as the history names them."""
    return str(current_user.email)


def _refuse(_function: str, _parameters: list[str] | None) -> Response:
    # Who sees everything and changes nothing reads why, instead of the sentence for strangers.
    sentence = wording.say(_NOT_THIS_ROLE[MODERATOR if may(VIEWER) and not may(MODERATOR) else ADMIN], page_language())
    return make_response(error_page(403, sentence=sentence))


_NOT_THIS_ROLE: Final = {
    MODERATOR: N_(
        "Il tuo ruolo è «Chi guarda»: vedi tutto e non cambi nulla. Se devi decidere anche tu, chiedi un altro ruolo a "
        "chi amministra la redazione."
    ),
    ADMIN: N_("Questa parte è solo per chi amministra la redazione."),
}


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
        # Whoever forgot their password gets a link by mail, for an hour and for one use.
        "SECURITY_RECOVERABLE": True,
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=1),
        "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
        # Its mails are put into words by our own templates (`StaffMailUtil`).
        "SECURITY_EMAIL_PLAINTEXT": False,
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_POST_RESET_VIEW": "/moderate/login",
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
