"""Many people who send at once, each from their own address, all through signed links."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import requests

from bench.measuring import MemoryWatch
from tests.faults.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PARTS_AT_ONCE = 4
Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """What became of them.

    Attributes:
        receipts: How many were told that their file is here.
        timings_s: How long each request took that carries no file.
        web_bytes: The most that the web process held.
    """

    receipts: int
    timings_s: list[float]
    web_bytes: int


def send_at_once(url: str, web_pid: int, file: Path, *, people: int) -> Crowd:
    """Let *people* send *file* to the service at *url*, all at the same time."""
    programs = [Program(url, file, address=f"10.0.{number // 250}.{number % 250}") for number in range(people)]
    start = threading.Barrier(people)

    def send(program: Program) -> bool:
        start.wait()
        _insist(program.announces)
        program.puts_at_once(PARTS_AT_ONCE)
        return _insist(program.completes)["state"] == "uploaded"

    with MemoryWatch(web_pid) as watch, ThreadPoolExecutor(people) as lines:
        receipts = sum(lines.map(send, programs))
    return Crowd(
        receipts=receipts,
        timings_s=[timing for program in programs for timing in program.timings_s],
        web_bytes=watch.peak_bytes,
    )


def _insist(ask: Callable[[], Answer]) -> Answer:
    """Ask again while the answer is to come back later, as every client should."""
    while True:
        try:
            return ask()
        except requests.HTTPError as error:
            if error.response.status_code != requests.codes.unavailable:
                raise
            time.sleep(1)
