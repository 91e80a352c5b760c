"""The web side at an address of its own, within the test's process, for programs that come by HTTP."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

from intake.app import create_app
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.wiring import Services


@contextmanager
def at_its_own_address(services: Services, *, metrics_token: str | None = None) -> Iterator[Services]:
    """Serve for as long as the block lasts; lend the parts, whose public address is the one that answers."""
    port = free_port()
    settings = replace(services.settings, public_url=f"http://127.0.0.1:{port}", metrics_token=metrics_token)
    parts = replace(services, settings=settings)
    server = make_server("127.0.0.1", port, create_app(parts), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield parts
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
