"""The `intake` command, for operators."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from intake.db import backlog, queries
from intake.db.engine import reading, writing
from intake.domain.calls import FIRST_LANGUAGE, BadCall
from intake.domain.errors import BadSettings, NotFound, ObjectMissing, StorageUnavailable, TablesInUse
from intake.domain.jobs import JobId, JobState
from intake.domain.staff import StaffRole
from intake.logs import set_up_logging
from intake.settings import Settings
from intake.setup import load_call, prepare_buckets, prepare_database
from intake.wiring import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake.wiring import Services


@click.group()
def main() -> None:
    """Run and look after Pistoia2030 Video Intake."""


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


@main.command()
@pass_services
def database(services: Services) -> None:
    """Bring the tables up to date and load the calls that ship."""
    _prepare_database(services)


@main.command()
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


@main.group()
def staff() -> None:
    """People who moderate."""


@staff.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in StaffRole]), default="moderator", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@pass_services
def add_staff(services: Services, email: str, role: str, *, password_stdin: bool) -> None:
    """Let EMAIL log in."""
    # Late: only this command needs the whole web side.
    from intake.app import create_app, staff_of

    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    app = create_app(services)
    with app.app_context():
        try:
            added = staff_of(app).add(email, role, password)
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{email} may log in as {role}." if added else f"{email} is known already; nothing was changed.")


@staff.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in StaffRole]))
@pass_services
def give_role(services: Services, email: str, role: str) -> None:
    """Give EMAIL another ROLE: for when no admin is left who could."""
    # Late, as above.
    from intake.app import create_app, staff_of

    app = create_app(services)
    with app.app_context():
        is_known = staff_of(app).give_role(email, role)
    if not is_known:
        raise click.ClickException(f"{email} is not on the staff")
    click.echo(f"{email} is {role} now.")


@main.group()
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


@main.command()
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


@main.group()
def gallery() -> None:
    """What everybody may see."""


@gallery.command("check")
@pass_services
def check_gallery(services: Services) -> None:
    """Compare the gallery bucket with the rows, as every night: delete what no row knows, name what is missing."""
    from intake.actions.inventory import take_inventory

    try:
        found = take_inventory(services.engine, services.gallery, now=services.clock())
    except StorageUnavailable as error:
        where = services.settings.s3_endpoint_url
        raise click.ClickException(f"the S3 server at {where} does not answer ({error})") from error
    if found is None:
        raise click.ClickException("stopped half-way: give the same command again")
    click.echo(f"{found.clips} public clips, {found.files} files in the bucket")
    click.echo(f"{found.stray_count} files that no public clip has: deleted")
    for key in found.strays:
        click.echo(f"  {key}")
    click.echo(f"{found.gap_count} files that are missing or of another size")
    for gap in found.gaps:
        held = "missing" if gap.held_bytes is None else f"{gap.held_bytes} bytes"
        click.echo(
            f"  {gap.clip_id}/{gap.name}\t{held} instead of {gap.wanted_bytes} bytes\tsubmission {gap.submission_id}"
        )
    if found.gap_count:
        sys.exit(1)


@main.group()
def jobs() -> None:
    """Background jobs."""


@jobs.command("list")
@click.option("--all", "show_all", is_flag=True, help="Also those that are done.")
@pass_services
def list_jobs(services: Services, *, show_all: bool) -> None:
    """List jobs that wait, run or died."""
    states = tuple(JobState) if show_all else (JobState.READY, JobState.LEASED, JobState.DEAD)
    with reading(services.engine) as connection:
        for job in backlog.jobs_in(connection, states, limit=1000):
            tries = f"{job.attempts}/{job.max_attempts}"
            error = (job.last_error or "").splitlines()[-1:] or [""]
            click.echo(f"{job.id}\t{job.kind}\t{job.state}\t{tries}\t{job.submission_id}\t{error[0]}")


@jobs.command("retry")
@click.argument("job_id", type=int)
@pass_services
def retry(services: Services, job_id: int) -> None:
    """Give the dead job JOB_ID all its tries again."""
    from intake.actions.operating import retry_job

    with writing(services.engine) as connection:
        try:
            is_revived = retry_job(connection, JobId(job_id), actor="operator", now=services.clock())
        except NotFound as error:
            raise click.ClickException(f"there is no job {job_id}") from error
    click.echo(f"Job {job_id} will be tried again." if is_revived else f"Job {job_id} is not dead; nothing to do.")
