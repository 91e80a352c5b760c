"""Commands that make a service ready: `intake database` and `intake setup`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from intake.cli.frame import pass_services
from intake.domain.errors import StorageUnavailable, TablesInUse
from intake.setup import prepare_buckets, prepare_database

if TYPE_CHECKING:
    from intake.wiring import Services


@click.command()
@pass_services
def database(services: Services) -> None:
    """Bring the tables up to date and load the calls that ship."""
    _prepare_database(services)


@click.command()
@pass_services
def setup(services: Services) -> None:
    """Prepare the database and both buckets; repeatable."""
    _prepare_database(services)
    try:
        prepare_buckets(services.settings)
    except StorageUnavailable as error:
        where = services.settings.s3_endpoint_url
        raise click.ClickException(f"the S3 server at {where} does not answer ({error})") from error


def _prepare_database(services: Services) -> None:
    try:
        prepare_database(services)
    except TablesInUse as error:
        raise click.ClickException(
            f"{error}: something holds one of them for minutes. Nothing was changed and the service goes on as it was."
            " `docs/operating.md`, “Upgrading”, says how to find who it is."
        ) from error
