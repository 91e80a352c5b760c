"""The `clip-check` command: the worker's own verdict on a local file, no service needed."""

from __future__ import annotations

import json
import sys
import tempfile
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from intake import wording
from intake.domain.calls import LANGUAGES, BadCall, read_call
from intake.domain.checks import Verdict
from intake.domain.errors import SandboxUnavailable, ToolTimedOut
from workers.media.examine import examine
from workers.media.sandbox import Sandbox

if TYPE_CHECKING:
    from intake.domain.calls import Call
    from intake.domain.checks import Check
    from workers.media.examine import Examination

DEFAULT_CALL: Final = Path(wording.__file__).with_name("calls") / "pistoia2030.toml"

ACCEPTED, REFUSED, COULD_NOT_LOOK = 0, 1, 2
"""Exit codes."""

_MARKS: Final = {
    Verdict.PASS: click.style("✓", fg="green"),
    Verdict.WARN: click.style("!", fg="yellow", bold=True),
    Verdict.FAIL: click.style("✗", fg="red", bold=True),
}
_TITLE_COLUMNS: Final = 26
_MEASURED_COLUMNS: Final = 16


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer a program instead of a person.")
@click.option("--call", "call_file", type=click.Path(exists=True, path_type=Path), default=DEFAULT_CALL, help="Rules.")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
def main(file: Path, call_file: Path, language: str, *, as_json: bool) -> None:
    """Judge FILE as the service would. Exit 0: accepted, 1: refused, 2: could not look."""
    try:
        call = read_call(tomllib.loads(call_file.read_text(encoding="utf-8")))
        seen = _look(file, call)
    except (BadCall, tomllib.TOMLDecodeError, SandboxUnavailable, ToolTimedOut, OSError) as error:
        click.echo(f"clip-check: {error}", err=True)
        sys.exit(COULD_NOT_LOOK)
    click.echo(_for_programs(seen, language) if as_json else _for_people(seen, language))
    sys.exit(ACCEPTED if seen.is_accepted else REFUSED)


def _look(file: Path, call: Call) -> Examination:
    with tempfile.TemporaryDirectory(prefix="clip-check-") as folder:
        return examine(file, rules=call.rules, sandbox=Sandbox.tested(), folder=Path(folder))


def _for_people(seen: Examination, language: str) -> str:
    return "\n".join(_line(check, language) for check in seen.checks)


def _line(check: Check, language: str) -> str:
    title = wording.check_title(check, language).ljust(_TITLE_COLUMNS)
    measured = wording.measured(check, language).ljust(_MEASURED_COLUMNS)
    return f"{_MARKS[check.verdict]} {title}{measured} {wording.sentence(check, language)}"


def _for_programs(seen: Examination, language: str) -> str:
    document = {
        "accepted": seen.is_accepted,
        "checks": [asdict(check) | {"message": wording.sentence(check, language)} for check in seen.checks],
        "video": asdict(seen.facts) if seen.facts else None,
        "levels": asdict(seen.levels) if seen.levels else None,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)
