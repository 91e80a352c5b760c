"""`intake backup` and `intake restore`: a copy of the service in a folder, and the service from such a copy."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from intake.backup import KEPT
from intake.cli.frame import pass_services
from intake.domain.errors import BackupRefused, StorageUnavailable
from intake.setup import prepare_buckets
from intake.storage.copies import CopiedBucket
from intake.wiring import s3_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.backup.restoring import Restored
    from intake.backup.taking import Source, Taken
    from intake.settings import Settings
    from intake.wiring import Services

_FOLDER: Final = click.Path(file_okay=False, path_type=Path)
_MIB: Final = 1024**2
_MOST_NAMED: Final = 20


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--keep", type=click.IntRange(min=1), default=KEPT, show_default=True, help="How many backups to keep.")
@click.option("--check", "is_check", is_flag=True, help="Take none: read the last one from end to end and compare.")
@click.option("--tombstones-only", "is_small", is_flag=True, help="Only write down what was taken back until now.")
@pass_services
def backup(services: Services, folder: Path, *, keep: int, is_check: bool, is_small: bool) -> None:
    """Copy rows and files to FOLDER while the service runs; the secrets are yours to keep.

    Only what is new is copied. Stopped half-way, the backups before it stay as they are and the next one goes on.
    """
    # Late, as in the other commands: other commands do not need it.
    from intake.backup.checking import check_backup
    from intake.backup.folder import BackupFolder
    from intake.backup.taking import remember_tombstones, take_backup

    os.umask(0o077)
    backups = BackupFolder(folder)
    with _said_in_words():
        if is_small:
            # Asks for little and builds little: it runs every few minutes.
            secret_key = services.settings.secret_key
            found = remember_tombstones(services.engine, backups, secret_key=secret_key)
            click.echo(f"{len(found)} tombstones in {folder}")
        elif is_check:
            names = backups.finished()
            if not names:
                raise BackupRefused(f"there is no finished backup in {folder}")
            _end_with(names[-1], check_backup(backups, names[-1]).damaged, what="is whole")
        else:
            _tell_taken(folder, take_backup(_source(services), backups, keep=keep))


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--name", help="Which backup; the last one by default.")
@click.option("--keep-buckets", is_flag=True, help="Only the database was lost: add what the buckets lack.")
@click.option("--new-secret-key", is_flag=True, help="SECRET_KEY was lost: go on with another one.")
@pass_services
def restore(services: Services, folder: Path, *, name: str | None, keep_buckets: bool, new_secret_key: bool) -> None:
    """Bring a backup from FOLDER back, before anything else is started.

    The database must be empty or unused, the buckets empty. What was taken back since stays taken back. Stopped
    half-way, give the same command again.
    """
    from intake.backup.folder import BackupFolder
    from intake.backup.restoring import Target
    from intake.backup.restoring import restore as bring_back

    target = Target(
        engine=services.engine,
        buckets=_buckets(services.settings),
        secret_key=services.settings.secret_key,
        clock=services.clock,
        may_hold_files=keep_buckets,
        may_have_another_key=new_secret_key,
    )
    with _said_in_words():
        prepare_buckets(services.settings)
        restored = bring_back(target, BackupFolder(folder), name=name)
    _tell_restored(restored)
    _end_with(restored.name, tuple(restored.damaged), what="is back. Now start the service, then: intake doctor")


def _source(services: Services) -> Source:
    from intake.backup.taking import Source

    return Source(
        engine=services.engine,
        buckets=_buckets(services.settings),
        secret_key=services.settings.secret_key,
        clock=services.clock,
    )


def _buckets(settings: Settings) -> dict[str, CopiedBucket]:
    server = s3_server(settings)
    return {
        "private": CopiedBucket(settings.private_bucket, server),
        "gallery": CopiedBucket(settings.gallery_bucket, server),
    }


@contextmanager
def _said_in_words() -> Iterator[None]:
    try:
        yield
    except BackupRefused as error:
        raise click.ClickException(str(error)) from error
    except StorageUnavailable as error:
        raise click.ClickException(f"the S3 server stopped answering ({error}): give the same command again") from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'the folder'}: {error.strerror}") from error


def _tell_taken(folder: Path, taken: Taken) -> None:
    counts = taken.manifest.counts
    click.echo(f"{folder}/sets/{taken.name}: {counts['rows']} rows, {counts['private']} + {counts['gallery']} files")
    click.echo(f"{taken.fetched} files were new; all together they have {taken.size_bytes / _MIB:.1f} MiB")
    for name in taken.forgotten:
        click.echo(f"deleted the older backup {name}")


def _tell_restored(restored: Restored) -> None:
    click.echo(f"backup of {restored.taken_at}: {restored.rows.get('submissions', 0)} submissions")
    click.echo(f"{restored.files} files brought back, {restored.kept_files} were there")
    click.echo(f"{restored.taken_back} times something was taken back again")
    click.echo("of the staff everybody logs in anew; invitations that were not accepted yet are to be sent again")
    if restored.shut_out is None:
        click.echo("who lost access since is not known: look through the people at the desk")
    else:
        click.echo(f"{restored.shut_out} of the staff had lost access or a role since, and have no more than that")


def _end_with(name: str, damaged: tuple[str, ...], *, what: str) -> None:
    if not damaged:
        click.echo(f"{name} {what}")
        return
    click.echo(f"{name}: {len(damaged)} files are missing in the backup, or damaged:", err=True)
    for one in damaged[:_MOST_NAMED]:
        click.echo(f"  {one}", err=True)
    sys.exit(1)
