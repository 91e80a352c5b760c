"""What is at work: the dispatcher and the workers by their heartbeats, their ffmpeg and sandbox, the jobs, the disk."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from intake.actions import heartbeats
from intake.db import backlog, queries
from intake.db.engine import reading
from intake.domain.diagnosis import ok, unknown, warning, wrong
from intake.domain.ffmpeg_releases import MENDED_RELEASES, UNKNOWN, is_mended
from intake.domain.jobs import Queue
from intake.domain.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Engine

    from intake.db.backlog import Heartbeat, Queues
    from intake.domain.diagnosis import Finding
    from intake.settings import Settings

LONG_DUE_S: Final = 600.0
"""A job that is due for this long waits for a worker: a quick one takes seconds, the longest encode minutes."""

BACKUPS: Final = "backups"

BACKUP_OLD_S: Final = 26 * 3600.0
"""One a night, and two hours for a night that had much to copy. The alert in deploy/monitoring says the same."""

_MINUTE_S: Final = 60.0
_HOUR_S: Final = 3600.0
_GIB: Final = 1024**3


@dataclass(frozen=True, kw_only=True)
class WorkFacts:
    """What the rows say of those who work, and of what there is to do."""

    dispatcher: Heartbeat | None
    workers: Mapping[Queue, Heartbeat | None]
    queues: Queues
    stuck: int


def look(engine: Engine) -> Iterator[Finding]:
    """Read the heartbeats and the jobs."""
    try:
        with reading(engine) as connection:
            facts = WorkFacts(
                dispatcher=backlog.heartbeat(connection, heartbeats.DISPATCHER),
                workers={queue: backlog.heartbeat(connection, heartbeats.worker(queue)) for queue in Queue},
                queues=backlog.queues(connection),
                stuck=queries.count_by_state(connection).get(State.NEEDS_OPERATOR, 0),
            )
    except SQLAlchemyError:
        for part in ("dispatcher", "workers", "sandbox", "ffmpeg", "jobs"):
            yield unknown(part, "is only known through the database, which does not tell")
        return
    yield from judge(facts)


def judge(facts: WorkFacts) -> Iterator[Finding]:
    """Say what heartbeats and jobs mean."""
    yield _dispatcher(facts.dispatcher)
    yield _workers(facts.workers)
    fresh = [beat for beat in facts.workers.values() if beat is not None and _is_fresh(beat)]
    yield _sandbox(fresh)
    yield from _ffmpeg(fresh)
    yield from _jobs(facts)


def look_at_space(settings: Settings) -> Iterator[Finding]:
    """Look how much room is left where uploads are spooled and, in the embedded set-up, kept."""
    # The folder is made by whoever keeps the first thing in it; the room is the same before.
    where = next(folder for folder in (settings.data_dir, *settings.data_dir.parents) if folder.is_dir())
    yield judge_space(shutil.disk_usage(where).free, settings.min_free_bytes, str(settings.data_dir))


def judge_space(free_bytes: int, floor_bytes: int, where: str) -> Finding:
    """Say what the room that is left means."""
    found = f"{free_bytes / _GIB:.1f} GiB free at {where}"
    mend = "Make room, or move DATA_DIR to a larger disk, before it is full: the S3 server does not recover by itself."
    if free_bytes < floor_bytes:
        return wrong("free space", f"{found}, less than MIN_FREE_BYTES: no upload is taken", mend)
    if free_bytes < 2 * floor_bytes:
        return warning("free space", f"{found}, soon less than MIN_FREE_BYTES", mend)
    return ok("free space", found)


def look_at_backups(engine: Engine) -> Iterator[Finding]:
    """Read when the last backup was finished."""
    try:
        with reading(engine) as connection:
            last = backlog.heartbeat(connection, heartbeats.BACKUP)
    except SQLAlchemyError:
        yield unknown(BACKUPS, "is only known through the database, which does not tell")
        return
    yield judge_backups(last)


def judge_backups(last: Heartbeat | None) -> Finding:
    """Say what the age of the last backup means."""
    if last is None:
        return warning(BACKUPS, "none was taken since this database was made", "docs/operating.md, Backups, says how.")
    found = f"the last one was finished {last.age_s / _HOUR_S:.0f} hours ago"
    if last.age_s > BACKUP_OLD_S:
        return warning(BACKUPS, found, "Look why the nightly one did not run: docs/operating.md, Backups.")
    return ok(BACKUPS, found)


def _dispatcher(beat: Heartbeat | None) -> Finding:
    if beat is None or not _is_fresh(beat):
        mend = "Start the dispatcher. Nothing moves without it, and nothing is lost."
        return wrong("dispatcher", f"was {_last_heard(beat)}", mend)
    if not beat.detail.get("redis"):
        return wrong("dispatcher", "lives, and does not reach Redis", "See redis, and REDIS_URL of the dispatcher.")
    return ok("dispatcher", f"was heard {beat.age_s:.0f} s ago and reaches Redis")


def _workers(beats: Mapping[Queue, Heartbeat | None]) -> Finding:
    silent = {queue: beat for queue, beat in beats.items() if beat is None or not _is_fresh(beat)}
    if silent:
        found = "; ".join(f"{queue}: {_last_heard(beat)}" for queue, beat in silent.items())
        mend = f"Start the workers of: {', '.join(silent)}. Look at their log for the reason."
        return wrong("workers", found, mend)
    return ok("workers", "; ".join(f"{queue}: heard {beat.age_s:.0f} s ago" for queue, beat in beats.items() if beat))


def _sandbox(fresh: list[Heartbeat]) -> Finding:
    if not fresh:
        return unknown("sandbox", "no worker tells")
    levels = {beat.detail.get("sandbox") for beat in fresh}
    if None in levels:
        mend = "Their log says why (sandbox_unavailable); docs/operating.md, The sandbox, says what it needs."
        return wrong("sandbox", "some workers have no sandbox that holds: they open no clip", mend)
    return ok("sandbox", f"holds ({', '.join(sorted(str(level) for level in levels))})")


def _ffmpeg(fresh: list[Heartbeat]) -> Iterator[Finding]:
    if not fresh:
        yield unknown("ffmpeg", "no worker tells")
    for version in sorted({str(beat.detail.get("ffmpeg") or "") for beat in fresh}):
        yield judge_ffmpeg(version)


def judge_ffmpeg(release: str) -> Finding:
    """Say what a worker's ffmpeg means; an empty release: none is started there."""
    if not release:
        return unknown("ffmpeg", "without a sandbox none is started")
    if release == UNKNOWN:
        mend = "Install it where the workers run, and restart them: apt-get install ffmpeg"
        return wrong("ffmpeg", "a worker has none, or one that does not start", mend)
    if not is_mended(release):
        mend = f"Take {MENDED_RELEASES} or newer when your system has it. Until then the sandbox is the wall."
        return warning("ffmpeg", f"{release} may have holes that are public: it came before they were mended", mend)
    return ok("ffmpeg", f"{release}, without known holes")


def _jobs(facts: WorkFacts) -> Iterator[Finding]:
    queues, findings = facts.queues, []
    if facts.stuck:
        mend = "They are at the desk, with the reason: try again there, or ask the sender for another file."
        findings.append(warning("jobs", f"{facts.stuck} submissions need an operator", mend))
    if queues.dead:
        mend = "See which and why: intake jobs list; once that is mended: intake jobs retry ID"
        findings.append(warning("jobs", f"{queues.dead} jobs were given up", mend))
    if queues.put_back:
        mend = "They go by themselves when it is back; intake jobs list says what it was."
        findings.append(warning("jobs", f"{queues.put_back} jobs wait because something outside was down", mend))
    if (queues.longest_due_s or 0) > LONG_DUE_S:
        found = f"a job waits for a worker since {(queues.longest_due_s or 0) / _MINUTE_S:.0f} minutes"
        findings.append(warning("jobs", found, "Are dispatcher and workers alive? Then run more of them."))
    yield from findings or [ok("jobs", "none was given up, none waits long")]


def _is_fresh(beat: Heartbeat) -> bool:
    return beat.age_s < heartbeats.SILENT_AFTER_S


def _last_heard(beat: Heartbeat | None) -> str:
    return f"last heard {beat.age_s / _MINUTE_S:.0f} minutes ago" if beat else "never heard"
