"""What every command is built from: the settings and the parts of this process, or a sentence why there are none."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import click

from intake.domain.errors import BadSettings
from intake.logs import set_up_logging
from intake.settings import Settings
from intake.wiring import connect

if TYPE_CHECKING:
    from collections.abc import Callable


def pass_services(command: Callable[..., None]) -> Callable[..., None]:
    """Hand the parts of this process to *command*; built only now, so that `--help` needs no settings."""

    @functools.wraps(command)
    def with_services(*arguments: object, **options: object) -> None:
        try:
            settings = Settings.from_env()
        except BadSettings as error:
            raise click.ClickException(f"the settings need mending:\n{error}") from error
        set_up_logging(settings.log_level)
        command(connect(settings), *arguments, **options)

    return with_services
