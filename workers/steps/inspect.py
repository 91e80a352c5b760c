"""Looks at what a sender sent: one fetch, a verdict with every reason, stills, and the review copy if it is cheap."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from intake.actions.judging import Findings, Inspection, ReviewCopy, record_inspection, tell_findings
from intake.db.engine import writing
from intake.domain.errors import LeaseLost, OutputWrong, ToolFailed, ToolTimedOut
from intake.storage import keys
from workers.media import renditions
from workers.media.examine import examine
from workers.steps.files import put, sha256_of
from workers.steps.reading import nothing_to_do, submission_of

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.submissions import Job, ObjectKey
    from intake.wiring import Services
    from workers.media.examine import Examination
    from workers.steps import Commit
    from workers.workspace import Workspace

log = structlog.get_logger()

STILL_NAME: Final = "still-{}.jpg"
WAVEFORM_NAME: Final = "waveform.json"


def inspect_original(services: Services, job: Job, workspace: Workspace) -> Commit:
    """Fetch an original once and find out all about it."""
    submission, call = submission_of(services, job)
    if submission.revision != job.revision or submission.original_key is None:
        return nothing_to_do
    sandbox = workspace.sandbox
    original = workspace.folder / "original"
    services.private.fetch(submission.original_key, original)
    seen = examine(original, rules=call.rules, sandbox=sandbox, folder=workspace.room("seen"), stop=workspace.stop)
    findings = _findings(seen)
    if seen.is_accepted:
        _tell(services, job, findings)
    with ThreadPoolExecutor(max_workers=1) as beside:
        counted = beside.submit(sha256_of, original)
        found = Inspection(
            findings=findings,
            stills=_store_stills(services, job, seen),
            best_still=seen.best_still,
            waveform_key=_store_waveform(services, job, workspace, seen),
            review=_copy_for_review(services, job, workspace, original, seen),
            original_sha256=counted.result(),
            wants_draft=services.settings.asr_model_dir is not None,
        )
    return partial(record_inspection, job=job, found=found, now=services.clock())


def _findings(seen: Examination) -> Findings:
    return Findings(
        checks=seen.checks,
        video=seen.facts,
        levels=seen.levels,
        peaks=seen.waveform.overview() if seen.waveform else (),
    )


def _tell(services: Services, job: Job, findings: Findings) -> None:
    # Making and filing the review copy takes longer than all of the judging, and the sender looks at a page.
    try:
        with writing(services.engine) as connection:
            is_mine = tell_findings(connection, job, findings, lease_s=services.settings.lease_s)
    except SQLAlchemyError:
        # A busy or restarting database: the commit at the end will tell.
        log.warning("verdict_not_told_early")
        return
    if not is_mine:
        raise LeaseLost


def _store_stills(services: Services, job: Job, seen: Examination) -> tuple[ObjectKey, ...]:
    if not seen.is_accepted:
        return ()
    return tuple(
        put(services.private, keys.made_by(job, STILL_NAME.format(number)), still.path)
        for number, still in enumerate(seen.stills, start=1)
    )


def _store_waveform(services: Services, job: Job, workspace: Workspace, seen: Examination) -> ObjectKey | None:
    if seen.waveform is None or not seen.is_accepted:
        return None
    path = workspace.folder / WAVEFORM_NAME
    path.write_text(json.dumps(seen.waveform.as_document()), encoding="utf-8")
    return put(services.private, keys.made_by(job, WAVEFORM_NAME), path)


def _copy_for_review(
    services: Services, job: Job, workspace: Workspace, original: Path, seen: Examination
) -> ReviewCopy | None:
    if seen.facts is None or seen.plan is None or not seen.is_accepted or not seen.plan.is_remux:
        return None
    try:
        copy = renditions.remux(
            workspace.sandbox, original, seen.facts, folder=workspace.room("copy"), stop=workspace.stop
        )
    except ToolTimedOut:
        raise
    except (OutputWrong, ToolFailed) as error:
        # It decodes, but its copy is not what it promised: the heavy worker makes a new one out of its pictures.
        log.warning("remux_failed", cause=str(error)[-300:])
        return None
    key = put(services.private, keys.made_by(job, renditions.REVIEW_NAME), copy.path)
    return ReviewCopy(key=key, sha256=sha256_of(copy.path), plan=str(seen.plan.reason))
