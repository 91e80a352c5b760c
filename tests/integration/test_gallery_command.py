"""`intake gallery check`: the nightly comparison by hand, on a real bucket."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from click.testing import CliRunner

from intake.actions.inventory import last_inventory
from intake.cli import main
from intake.db.engine import reading
from intake.domain.states import State
from intake.storage import keys
from tests.builders import a_submission
from tests.conftest import NOWHERE

if TYPE_CHECKING:
    from intake.wiring import Services


def test_what_is_missing_is_printed_and_ends_with_1(services: Services, environ: dict[str, str]) -> None:
    submission = a_submission(services, state=State.PUBLISHED)

    result = CliRunner(env=environ).invoke(main, ["gallery", "check"])

    assert result.exit_code == 1, result.output
    assert f"{submission.clip_id}/video.mp4\tmissing instead of 11 bytes\tsubmission {submission.id}" in result.output
    with reading(services.engine) as connection:
        assert last_inventory(connection) is not None


def test_a_gallery_that_is_whole_ends_with_0(services: Services, environ: dict[str, str]) -> None:
    submission = a_submission(services, state=State.PUBLISHED)
    assert submission.publication is not None
    key = keys.published(submission.publication.clip_id, submission.publication.revision, "video.mp4")
    services.gallery.put_stream(key, io.BytesIO(b"eleven byte"), content_type="video/mp4")

    result = CliRunner(env=environ).invoke(main, ["gallery", "check"])

    assert result.exit_code == 0, result.output
    assert "1 public clips, 1 files in the bucket" in result.output


def test_without_a_bucket_it_says_so(services: Services, environ: dict[str, str]) -> None:
    assert services

    result = CliRunner(env=environ | {"S3_ENDPOINT_URL": NOWHERE}).invoke(main, ["gallery", "check"])

    assert result.exit_code == 1
    assert "does not answer" in result.output
