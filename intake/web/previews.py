"""The only way by which the staff's pages show a page of the senders': neither audience imports the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from intake.domain.calls import Call

    CallPage = Callable[[Call], str]

_KEY: Final = "intake.call_page"


def provide_call_page(app: Flask, call_page: CallPage) -> None:
    """Say how *app* renders the page of a call that is not saved."""
    app.extensions[_KEY] = call_page


def preview(call: Call) -> str:
    """Render the page of a call that is not saved."""
    return cast("CallPage", current_app.extensions[_KEY])(call)
