from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from intake.embedded import ports
from intake.embedded.errors import CannotStartError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_default_moves_on(taken_port: int) -> None:
    found = ports.next_free_port(taken_port)

    assert found > taken_port
    assert ports.are_free([found])


def test_a_port_that_was_asked_for_does_not_move(taken_port: int) -> None:
    with pytest.raises(CannotStartError, match=f"PORT is {taken_port}"):
        ports.chosen_web_port(str(taken_port))


@pytest.mark.parametrize("wanted", ["http", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_said(wanted: str) -> None:
    with pytest.raises(CannotStartError, match="not a port number"):
        ports.chosen_web_port(wanted)


def test_storage_moves_all_of_its_ports_together(monkeypatch: pytest.MonkeyPatch, taken_port: int) -> None:
    monkeypatch.setattr(ports, "STORAGE_PORTS", (taken_port - ports.STORAGE_RPC_DISTANCE,))

    shift = ports.storage_port_shift()

    assert shift > 0
    assert ports.are_free([taken_port + shift])
