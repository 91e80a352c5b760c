"""The `intake` command, for operators."""

from __future__ import annotations

import click

from intake.cli import backups, calls, doctor, preparing, staff, work


@click.group()
def main() -> None:
    """Run and look after Pistoia2030 Video Intake."""


for command in (
    *(preparing.database, preparing.setup, doctor.doctor, backups.backup, backups.restore),
    *(staff.staff, calls.calls, calls.export, work.gallery, work.jobs),
):
    main.add_command(command)
