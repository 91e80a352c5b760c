"""A bad line between somebody's phone and the bucket: slow, late, and cut wherever it hurts.

It forwards bytes and knows nothing of HTTP, so the signed Host stays what was signed: settings name it as
`S3_PUBLIC_URL`. What befalls a connection is drawn from a seed, in the order in which connections are opened.
"""

from __future__ import annotations

import asyncio
import math
import random
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK_BYTES: Final = 64 * 1024
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
_ESTABLISHED: Final = 1
"""State of a connection that nobody closed. Source: Linux, `include/net/tcp_states.h`."""


class Ending(Enum):
    """How a connection is lost."""

    RESET = "reset"
    """Both ends hear of it at once (RST)."""
    CLOSED = "closed"
    """Both ends are told that the other has finished (FIN), in the middle of a sentence."""
    SILENT = "silent"
    """Nothing passes any more, for a while; then it is reset."""


@dataclass(frozen=True, kw_only=True)
class Weather:
    """How bad the line is.

    Attributes:
        drops: How many connections are cut in all; whoever still calls then is carried faithfully.
        at_most_bytes: A cut comes after 1 to so many bytes from the phone; each order of magnitude is as likely.
        lasting_every: Every so-manieth call lasts up to half as long again, so that one part gets through it.
        latency_s: Added each time the talk changes direction.
        bytes_per_s: What all connections share; None for all there is.
        silence_s: How long a silent connection stays silent.
    """

    drops: int = 0
    at_most_bytes: int = 5 * 1024 * 1024
    lasting_every: int = 12
    endings: tuple[Ending, ...] = (Ending.RESET, Ending.CLOSED, Ending.SILENT)
    latency_s: float = 0.0
    bytes_per_s: float | None = None
    silence_s: float = 0.2


FAIR: Final = Weather()


@dataclass
class Call:
    """One connection, and what passed.

    Attributes:
        unanswered_bytes: From the phone, since it last heard anything back. When the call ends they are lost, and only
            they.
    """

    is_doomed: bool
    ending: Ending
    ends_after_bytes: int
    up_bytes: int = 0
    down_bytes: int = 0
    unanswered_bytes: int = 0
    was_cut: bool = False


@dataclass
class Record:
    """What passed through a line since it was last asked to forget."""

    calls: list[Call] = field(default_factory=list)

    @property
    def up_bytes(self) -> int:
        """Everything the phone sent, addresses and headers included."""
        return sum(call.up_bytes for call in self.calls)

    @property
    def drops(self) -> int:
        """How many connections were cut."""
        return sum(call.was_cut for call in self.calls)

    @property
    def lost_bytes(self) -> int:
        """What the phone sent in vain: nobody answered before the line was cut, or the phone hung up itself."""
        return sum(call.unanswered_bytes for call in self.calls)


class Line:
    """One line to one server. Its methods may be called from any thread."""

    def __init__(self, upstream_url: str, *, weather: Weather = FAIR, seed: int = 0) -> None:
        upstream = urlsplit(upstream_url)
        self._upstream = upstream.hostname or "", upstream.port or 80
        self._loop = asyncio.new_event_loop()
        self._writers: dict[asyncio.StreamWriter, Call] = {}
        self._is_up = True
        self._free_at = 0.0
        self.turns(weather, seed=seed)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def turns(self, weather: Weather, *, seed: int = 0) -> None:
        """Change the weather for connections that are opened from now on, and begin a new record."""
        self._weather, self._random = weather, random.Random(seed)
        self.record = Record()

    def goes_down(self) -> None:
        """Cut everybody off, and let nobody in until `comes_back`."""
        self._is_up = False
        self._loop.call_soon_threadsafe(self._cut_all)

    def comes_back(self) -> None:
        """Let connections in again."""
        self._is_up = True

    def close(self) -> None:
        """Hang up for good."""
        self._is_up = False
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._is_up:
            _reset(writer)
            return
        call = self._draw_call()
        self.record.calls.append(call)
        far_reader, far_writer = await asyncio.open_connection(*self._upstream)
        self._writers |= {writer: call, far_writer: call}
        up = asyncio.create_task(self._carry_up(reader, far_writer, call))
        down = asyncio.create_task(self._carry_down(far_reader, writer, call))
        await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
        await self._end(call, writer, far_writer)
        await asyncio.wait((up, down))
        for each in (writer, far_writer):
            self._writers.pop(each, None)

    async def _carry_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: Call) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK_BYTES):
                is_turn = call.unanswered_bytes == 0
                room = call.ends_after_bytes - call.up_bytes
                call.up_bytes += len(chunk)
                call.unanswered_bytes += len(chunk)
                await self._delay(len(chunk), is_turn=is_turn)
                is_over = call.is_doomed and len(chunk) >= room and self.record.drops < self._weather.drops
                call.was_cut = call.was_cut or is_over
                writer.write(chunk[:room] if call.was_cut else chunk)
                await writer.drain()
                if call.was_cut:
                    return

    async def _carry_down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: Call) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK_BYTES):
                await self._delay(len(chunk), is_turn=call.unanswered_bytes > 0)
                if call.was_cut:
                    return
                # Before it is written: whoever reads it may look at the record at once.
                call.down_bytes += len(chunk)
                if _is_there(writer):
                    call.unanswered_bytes = 0
                writer.write(chunk)
                await writer.drain()

    async def _end(self, call: Call, *writers: asyncio.StreamWriter) -> None:
        if call.was_cut and call.ending is Ending.SILENT:
            await asyncio.sleep(self._weather.silence_s)
        for writer in writers:
            if call.was_cut and call.ending is not Ending.CLOSED:
                _reset(writer)
            else:
                writer.close()

    async def _delay(self, size_bytes: int, *, is_turn: bool) -> None:
        if is_turn and self._weather.latency_s:
            await asyncio.sleep(self._weather.latency_s)
        if self._weather.bytes_per_s:
            now = self._loop.time()
            self._free_at = max(now, self._free_at) + size_bytes / self._weather.bytes_per_s
            await asyncio.sleep(self._free_at - now)

    def _draw_call(self) -> Call:
        weather, number = self._weather, len(self.record.calls) + 1
        after = math.exp(self._random.uniform(0, math.log(weather.at_most_bytes)))
        if number % weather.lasting_every == 0:
            after = weather.at_most_bytes * self._random.uniform(1, 1.5)
        ending = self._random.choice(weather.endings)
        return Call(is_doomed=weather.drops > 0, ending=ending, ends_after_bytes=int(after))

    async def _hang_up(self) -> None:
        self._server.close()
        self._cut_all()
        if left := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(left)

    def _cut_all(self) -> None:
        for writer, call in self._writers.items():
            call.was_cut = True
            _reset(writer)


def _is_there(writer: asyncio.StreamWriter) -> bool:
    """Tell whether the phone still listens. What it sent before it hung up may wait here and be answered to nobody."""
    state: int = writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    return state == _ESTABLISHED


def _reset(writer: asyncio.StreamWriter) -> None:
    wire = writer.get_extra_info("socket")
    with suppress(OSError):
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()


@contextmanager
def line_to(upstream_url: str, *, weather: Weather = FAIR, seed: int = 0) -> Iterator[Line]:
    """Keep a line open for as long as the block lasts."""
    line = Line(upstream_url, weather=weather, seed=seed)
    try:
        yield line
    finally:
        line.close()
