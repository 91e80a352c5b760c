"""`intake calls` and `intake export`: calls for videos, and their archives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from intake.cli.frame import pass_services
from intake.db import queries
from intake.db.engine import reading
from intake.domain.calls import FIRST_LANGUAGE, BadCall
from intake.domain.errors import NotFound, ObjectMissing, StorageUnavailable
from intake.setup import load_call

if TYPE_CHECKING:
    from intake.wiring import Services


@click.group()
def calls() -> None:
    """Calls for videos."""


@calls.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_services
def load(services: Services, file: Path) -> None:
    """Load FILE, or bring its call up to date."""
    try:
        call = load_call(services, file)
    except (BadCall, ValueError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    click.echo(f"{call.slug}: {call.title.in_language(FIRST_LANGUAGE)}")


@calls.command("list")
@pass_services
def list_calls(services: Services) -> None:
    """List the calls."""
    with reading(services.engine) as connection:
        for call in queries.all_calls(connection):
            condition = "open" if call.is_open(services.clock()) else "closed"
            click.echo(f"{call.slug}\t{condition}\t{call.title.in_language(FIRST_LANGUAGE)}")


@click.command()
@click.argument("call")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_services
def export(services: Services, call: str, file: Path) -> None:
    """Write the archive of CALL to FILE, a zip: originals, public copies, consents, a table.

    Stopped half-way, the same command goes on where it was, unless something of the archive changed meanwhile.
    """
    from intake.actions.archiving import archive

    try:
        made = archive(services.engine, services.private, services.gallery, call)
        part = file.with_name(f"{file.name}.{made.tag[:12]}.part")
        with part.open("ab") as target:
            for chunk in made.read(target.tell()):
                target.write(chunk)
    except NotFound as error:
        raise click.ClickException(f"there is no call {call}") from error
    except (StorageUnavailable, ObjectMissing) as error:
        raise click.ClickException(f"stopped half-way ({error}): give the same command again") from error
    part.replace(file)
    click.echo(f"{file}: {made.size_bytes} bytes")
