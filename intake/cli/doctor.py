"""`intake doctor`: looks at every part of the service and says how to mend what is missing."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from intake.domain.diagnosis import Mark, is_well
from intake.domain.errors import BadSettings
from intake.settings import Settings
from intake.wiring import connect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intake.domain.diagnosis import Finding

_SIGNS: Final = {Mark.OK: "ok     ", Mark.WARNING: "warning", Mark.WRONG: "WRONG  ", Mark.UNKNOWN: "?      "}


@click.command()
@click.option("--mail-to", metavar="EMAIL", help="Also send a mail to this address.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def doctor(*, mail_to: str | None, as_json: bool) -> None:
    """Look at every part of the service and say how to mend what is missing.

    Takes ten seconds at most. Ends with 0 where nothing is wrong (there may be warnings), with 1 where something is.
    """
    findings = _findings(mail_to)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print(findings)
    sys.exit(0 if is_well(findings) else 1)


def _findings(mail_to: str | None) -> list[Finding]:
    # Late: it is much to import, and other commands do not need it.
    from intake.doctor.examination import examine_service, problems_of_settings

    try:
        settings = Settings.from_env()
    except BadSettings as error:
        return problems_of_settings(error.problems)
    return examine_service(connect(settings), mail_to=mail_to)


def _print(findings: Iterable[Finding]) -> None:
    for finding in findings:
        click.echo(f"{_SIGNS[finding.mark]}  {finding.part:<14}  {finding.found}")
        if finding.mend:
            click.echo(f"{'':<25}→ {finding.mend}")
