"""What the database holds after somebody used the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from intake.actions import tokens
from intake.db import queries
from intake.db.engine import reading
from intake.db.tables import submissions
from tests.builders import read

if TYPE_CHECKING:
    from intake.domain.submissions import Submission
    from intake.wiring import Services


def submission_of(services: Services, token: str) -> Submission:
    """The submission a sender's secret opens."""
    with reading(services.engine) as connection:
        return queries.submission_by_token(connection, tokens.hash_of(token))


def all_submissions(services: Services) -> list[Submission]:
    with reading(services.engine) as connection:
        ids = connection.scalars(select(submissions.c.id)).all()
    return [read(services, submission_id) for submission_id in ids]
