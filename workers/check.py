"""The `clip-check` command: the worker's own verdict on local files, no service needed."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import tempfile
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from intake import wording
from intake.domain.calls import FIRST_LANGUAGE, BadCall, read_call
from intake.domain.errors import SandboxUnavailable, ToolTimedOut
from intake.wording.terminal import PROBLEMS, Problem
from workers.media.examine import examine
from workers.media.sandbox import Sandbox
from workers.report import draw, printable

if TYPE_CHECKING:
    from intake.domain.calls import Rules
    from workers.media.examine import Examination

DEFAULT_CALL: Final = Path(wording.__file__).parents[1] / "calls" / "pistoia2030.toml"

ACCEPTED, REFUSED, COULD_NOT_LOOK = 0, 1, 2
"""Exit codes; of several files the highest."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What came of one file: an examination, or why there is none."""

    name: str
    seen: Examination | None = None
    problem: Problem | None = None

    @property
    def exit_code(self) -> int:
        """How the command would end for this file alone."""
        if self.seen is None:
            return COULD_NOT_LOOK
        return ACCEPTED if self.seen.is_accepted else REFUSED


def _language() -> str:
    """Return the language of this terminal; Italian where it is none of ours, or says nothing."""
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return spoken[:2] if spoken[:2] in wording.languages() else FIRST_LANGUAGE


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False))
@click.option("--json", "as_json", is_flag=True, help="Answer a program: an object, of several files a list of them.")
@click.option("--call", "call_file", type=click.Path(path_type=Path), default=DEFAULT_CALL, help="Rules of this call.")
@click.option(
    "--lang", "language", type=click.Choice(wording.languages()), default=_language, help="By default the terminal's."
)
def main(files: tuple[Path, ...], call_file: Path, language: str, *, as_json: bool) -> None:
    """Judge each FILE as the service would.

    Exit 0: all accepted, 1: one was refused, 2: one could not be looked at.
    """
    try:
        rules = read_call(tomllib.loads(call_file.read_text(encoding="utf-8"))).rules
        sandbox = Sandbox.tested()
    except (BadCall, tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, SandboxUnavailable) as error:
        click.echo(f"clip-check: {printable(str(error))}", err=True)
        sys.exit(COULD_NOT_LOOK)
    findings = [_show(_look(file, rules, sandbox), language, as_json=as_json) for file in files]
    if as_json:
        documents = [_document(finding, language) for finding in findings]
        click.echo(json.dumps(documents if len(documents) > 1 else documents[0], indent=2, ensure_ascii=False))
    sys.exit(max(finding.exit_code for finding in findings))


def _look(file: Path, rules: Rules, sandbox: Sandbox) -> Finding:
    # A name may hold bytes that are no text.
    name = os.fsencode(file).decode("utf-8", "replace")
    path = file.resolve()
    problem = _problem_with(path)
    if problem is not None:
        return Finding(name=name, problem=problem)
    try:
        with tempfile.TemporaryDirectory(prefix="clip-check-") as folder:
            return Finding(name=name, seen=examine(path, rules=rules, sandbox=sandbox, folder=Path(folder)))
    except (ToolTimedOut, SandboxUnavailable):
        return Finding(name=name, problem=Problem.BUSY)
    except OSError:
        return Finding(name=name, problem=Problem.UNREADABLE)


def _problem_with(path: Path) -> Problem | None:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return Problem.FOLDER
        if not stat.S_ISREG(mode):
            return Problem.NOT_A_FILE
        with path.open("rb") as file:
            file.read(1)
    except (FileNotFoundError, NotADirectoryError):
        return Problem.MISSING
    except PermissionError:
        return Problem.FORBIDDEN
    except OSError:
        return Problem.UNREADABLE
    return None


def _show(finding: Finding, language: str, *, as_json: bool) -> Finding:
    if finding.problem is not None:
        sentence = wording.say(PROBLEMS[finding.problem], language)
        click.echo(f"clip-check: {printable(finding.name)}: {sentence}", err=True)
    elif finding.seen is not None and not as_json:
        report = draw(finding.name, finding.seen, language, columns=shutil.get_terminal_size().columns)
        # click takes colours out where nobody would see them; it does not know https://no-color.org.
        click.echo(report, color=False if os.environ.get("NO_COLOR") else None)
    return finding


def _document(finding: Finding, language: str) -> dict[str, object]:
    seen = finding.seen
    return {
        "file": finding.name,
        "accepted": seen.is_accepted if seen else None,
        "problem": finding.problem,
        "checks": [
            asdict(check) | {"message": wording.sentence(check, language)} for check in (seen.checks if seen else ())
        ],
        "video": asdict(seen.facts) if seen and seen.facts else None,
        "levels": asdict(seen.levels) if seen and seen.levels else None,
    }
