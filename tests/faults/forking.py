"""A process that forks in the middle of its own heartbeat: `python -m tests.faults.forking DATABASE_URL`.

It ends with 0 where the new process can write, and with 1 where the database is locked for it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import OperationalError

from intake.actions import heartbeats
from intake.db.engine import make_engine, writing
from workers.heart import undivided

if TYPE_CHECKING:
    from sqlalchemy import Engine

BEAT_TAKES_S: Final = 1.0


def main(database_url: str) -> int:
    engine, in_the_middle = make_engine(database_url), threading.Event()
    threading.Thread(target=_beat_slowly, args=(engine, in_the_middle), daemon=True).start()
    in_the_middle.wait()
    pid = os.fork()
    if pid == 0:
        os._exit(0 if _can_write(database_url) else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _beat_slowly(engine: Engine, in_the_middle: threading.Event) -> None:
    with undivided(engine), writing(engine) as connection:
        heartbeats.beat(connection, "the parent", {})
        in_the_middle.set()
        time.sleep(BEAT_TAKES_S)


def _can_write(database_url: str) -> bool:
    try:
        with writing(make_engine(database_url)) as connection:
            heartbeats.beat(connection, "its child", {})
    except OperationalError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
