"""Commands that make a service ready: `intake database` and `intake setup`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from intake.cli.frame import pass_services
from intake.domain.errors import StorageUnavailable
from intake.setup import prepare_buckets, prepare_database

if TYPE_CHECKING:
    from intake.wiring import Services


@click.command()
@pass_services
def database(services: Services) -> None:
    """Bring the tables up to date and load the calls that ship."""
    prepare_database(services)


@click.command()
@pass_services
def setup(services: Services) -> None:
    """Prepare the database and both buckets; repeatable."""
    prepare_database(services)
    try:
        prepare_buckets(services.settings)
    except StorageUnavailable as error:
        where = services.settings.s3_endpoint_url
        raise click.ClickException(f"the S3 server at {where} does not answer ({error})") from error
