"""The only way from a request to the parts of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from flask import current_app

if TYPE_CHECKING:
    from flask import Flask

    from intake.wiring import Services

_KEY: Final = "intake.services"


def provide(app: Flask, services: Services) -> None:
    """Hand the parts to every request of *app*."""
    app.extensions[_KEY] = services


def services() -> Services:
    """Return the parts of this process."""
    return cast("Services", current_app.extensions[_KEY])
