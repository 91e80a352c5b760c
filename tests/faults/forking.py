"""A worker's parent that forks in the middle of its own heartbeat: `python -m tests.faults.forking DATABASE_URL`.

It ends with 0 where the new process can write, with 1 where the database is locked for it, with 2 where no heart beat.
What makes the beat long is a listener on its engine.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from intake.actions import heartbeats
from intake.db.engine import make_engine, writing
from intake.domain.errors import SandboxUnavailable
from intake.settings import Settings
from intake.wiring import Services, utc_now
from tests.conftest import NOWHERE, an_environment
from tests.fakes.bucket import MemoryBucket
from tests.fakes.mailer import MemoryMailer
from workers.heart import beat
from workers.media.walls import Walls

if TYPE_CHECKING:
    from workers.media.sandbox import Sandbox

BEAT_TAKES_S: Final = 1.0
PATIENCE_S: Final = 30.0


def main(database_url: str, folder: Path) -> int:
    services = Services(
        settings=Settings.from_env(an_environment(database_url, NOWHERE, folder)),
        engine=make_engine(database_url),
        private=MemoryBucket("private"),
        gallery=MemoryBucket("gallery"),
        mailer=MemoryMailer(),
        clock=utc_now,
    )
    in_the_middle = threading.Event()

    @event.listens_for(services.engine, "after_cursor_execute")
    def take_long(*_statement: object) -> None:
        in_the_middle.set()
        time.sleep(BEAT_TAKES_S)

    threading.Thread(target=beat, args=(services, ["quick"], Walls(test=_no_sandbox)), daemon=True).start()
    if not in_the_middle.wait(PATIENCE_S):
        return 2
    pid = os.fork()
    if pid == 0:
        os._exit(0 if _can_write(database_url) else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _no_sandbox() -> Sandbox:
    raise SandboxUnavailable("none is needed")


def _can_write(database_url: str) -> bool:
    try:
        with writing(make_engine(database_url)) as connection:
            heartbeats.beat(connection, "its child", {})
    except OperationalError:
        return False
    return True


if __name__ == "__main__":
    with TemporaryDirectory() as room:
        sys.exit(main(sys.argv[1], Path(room)))
