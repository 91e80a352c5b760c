"""`intake jobs` and `intake gallery`: what is done in the background, and what everybody may see."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from intake.cli.frame import pass_services
from intake.db import backlog
from intake.db.engine import reading, writing
from intake.domain.errors import NotFound, StorageUnavailable
from intake.domain.jobs import JobId, JobState

if TYPE_CHECKING:
    from intake.wiring import Services


@click.group()
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


@click.group()
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
