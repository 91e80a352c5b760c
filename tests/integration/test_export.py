"""`intake export`: an archive on disk, gone on with where it was stopped; and a start leaves edited calls alone."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from click.testing import CliRunner
from sqlalchemy import update

from intake.actions import calling
from intake.actions.archiving import archive
from intake.cli import main
from intake.db import queries
from intake.db.engine import reading, writing
from intake.db.tables import submissions
from intake.setup import prepare_database
from tests.builders import a_submission, store

if TYPE_CHECKING:
    from pathlib import Path

    from intake.wiring import Services


def test_an_archive_that_was_stopped_is_gone_on_with(
    services: Services, environ: dict[str, str], tmp_path: Path
) -> None:
    submission = a_submission(services)
    assert submission.original_key is not None
    content = b"moving pictures" * 100_000
    store(services, submission.original_key, content)
    with writing(services.engine) as connection:
        connection.execute(
            update(submissions).where(submissions.c.id == submission.id).values(original_bytes=len(content))
        )
    made = archive(services.engine, services.private, services.gallery, "pistoia2030")
    file = tmp_path / "all.zip"
    part = tmp_path / f"all.zip.{made.tag[:12]}.part"
    part.write_bytes(b"".join(made.read())[:1_000_000])

    result = CliRunner(env=environ).invoke(main, ["export", "pistoia2030", str(file)])

    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(file) as opened:
        assert opened.testzip() is None
        assert opened.read(f"clips/{submission.id}/original.mp4") == content
    assert not part.exists()


def test_a_call_that_is_not_there_has_no_archive(environ: dict[str, str], tmp_path: Path) -> None:
    result = CliRunner(env=environ).invoke(main, ["export", "nessuno", str(tmp_path / "x.zip")])

    assert (result.exit_code, "there is no call nessuno" in result.output) == (1, True)


def test_a_start_leaves_an_edited_call_alone(services_on_each: Services) -> None:
    parts = services_on_each
    with writing(parts.engine) as connection:
        present = calling.present_version(connection, "pistoia2030")
        edited = present.document | {"contact_email": "altri@example.org"}
        calling.save_call(connection, edited, actor="admin@example.org", now=parts.clock(), edited=present.number)

    prepare_database(parts)

    with reading(parts.engine) as connection:
        assert queries.find_call(connection, "pistoia2030").contact_email == "altri@example.org"
