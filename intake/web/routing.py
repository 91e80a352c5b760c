"""How an audience lists its URLs: one table of routes, each with who may use it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flask import Blueprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask.typing import ResponseReturnValue

    from intake.web.openapi import Operation

    View = Callable[..., ResponseReturnValue]


class Access(StrEnum):
    """Who may use a route."""

    PUBLIC = "public"
    """Everybody."""
    SECRET = "secret"  # noqa: S105 - the name of a rule
    """Whoever holds a secret link: a sender's, or one that was mailed to staff."""
    VIEWER = "viewer"
    """Staff who are logged in, whatever their role: they see."""
    MODERATOR = "moderator"
    """Staff who may decide about clips."""
    ADMIN = "admin"
    """Staff who may change who is staff, and what is called for."""
    OPERATOR = "operator"
    """Whoever holds the metrics token, or sits at this machine."""
    HERE = "here"
    """Whoever sits at this machine."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One URL.

    Attributes:
        operation: What the API's description says of it; every route of the API has one.
    """

    rule: str
    view: View
    access: Access
    methods: tuple[str, ...] = ("GET",)
    operation: Operation | None = None

    @property
    def name(self) -> str:
        """What `url_for` calls it."""
        return self.view.__name__


def blueprint(
    name: str, routes: Iterable[Route], *, guards: dict[Access, Callable[[View], View]] | None = None
) -> Blueprint:
    """Build an audience's blueprint from its table.

    Args:
        guards: What stands before the views of each kind of access that needs a guard.
    """
    made = Blueprint(name, __name__)
    for route in routes:
        guard = (guards or {}).get(route.access)
        view = guard(route.view) if guard else route.view
        made.add_url_rule(route.rule, route.name, view, methods=list(route.methods))
    return made


API_PREFIX: Final = "/api/v1"
