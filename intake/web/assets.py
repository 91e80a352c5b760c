"""The only place that knows under which names the built assets lie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import url_for

if TYPE_CHECKING:
    from flask import Flask

DIST: Final = Path(__file__).parents[1] / "static" / "dist"


def set_up_assets(app: Flask) -> None:
    """Let templates ask for `asset('submit.css')`. Hashed names are cached for a year.

    Raises:
        FileNotFoundError: The assets were not built; `make run` and `make test` do that.
    """
    names: dict[str, str] = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000

    def asset(name: str) -> str:
        return url_for("static", filename=f"dist/{names[name]}")

    app.jinja_env.globals["asset"] = asset
