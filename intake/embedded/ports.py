"""The only place that chooses the embedded system's ports: the usual ones, or the next that are free."""

from __future__ import annotations

import itertools
import socket
from typing import TYPE_CHECKING, Final

from intake.embedded.errors import CannotStartError

if TYPE_CHECKING:
    from collections.abc import Iterable

WEB_PORT: Final = 8000
REDIS_PORT: Final = 6379
S3_PORT: Final = 8333
DOOR_PORT: Final = 8433
"""S3 once more, for the service alone: it need not wait in line behind what browsers send."""

STORAGE_PORTS: Final = (DOOR_PORT, S3_PORT, 9333, 9340, 8888, 23646)
"""What `deploy/storage.sh` listens on: the service's door, S3, master, volume, filer, admin."""

STORAGE_RPC_DISTANCE: Final = 10_000
"""SeaweedFS takes a second port for gRPC, this far above each of the others."""

_TRIES: Final = 500


def are_free(ports: Iterable[int]) -> bool:
    """Tell whether nobody listens on any of *ports* on the loopback address."""
    return all(_is_free(port) for port in ports)


def chosen_web_port(wanted: str | None) -> int:
    """Give the port that somebody *wanted*, or find one.

    Raises:
        CannotStartError: The port that was asked for is no port, or is taken. Only defaults move.
    """
    if not wanted:
        return next_free_port(WEB_PORT)
    if not wanted.isdecimal() or not 0 < int(wanted) < 2**16:
        raise CannotStartError(f"PORT is “{wanted}”: that is not a port number.")
    if not _is_free(int(wanted)):
        raise CannotStartError(f"PORT is {wanted}, and another program uses that port. Stop it, or choose another.")
    return int(wanted)


def next_free_port(first: int) -> int:
    """Find the first free port from *first* on.

    Raises:
        CannotStartError: Hundreds of ports in a row are taken.
    """
    return first + _first_free_shift([first])


def storage_port_shift() -> int:
    """Find how far all of the storage's ports must move to be free together; usually 0.

    Raises:
        CannotStartError: Hundreds of ports in a row are taken.
    """
    return _first_free_shift(itertools.chain(STORAGE_PORTS, (port + STORAGE_RPC_DISTANCE for port in STORAGE_PORTS)))


def _first_free_shift(ports: Iterable[int]) -> int:
    wanted = list(ports)
    for shift in range(_TRIES):
        if are_free(port + shift for port in wanted):
            return shift
    raise CannotStartError(f"No free port from {wanted[0]} to {wanted[0] + _TRIES}.")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
