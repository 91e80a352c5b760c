"""What the nightly comparison of the gallery's files found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from intake.actions.inventory import last_inventory
from intake.db.engine import reading
from intake.moderate.answers import private
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def show_gallery_files() -> ResponseReturnValue:
    """Show which files are missing, and which were nobody's."""
    with reading(services().engine) as connection:
        found = last_inventory(connection)
    return private(render_template("moderate/gallery_files.html", found=found))
