"""The only place that calls other people's servers: over TLS, at addresses out on the internet, for a few seconds.

The name is looked up once and the very address that was judged is called, so that nobody can answer the second question
otherwise than the first. Redirects are not followed and answers are not read: only the status counts.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from intake.domain.errors import HookUnavailable
from intake.domain.hooks import is_hook_url, may_be_called

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

DEADLINE_S: Final = 10.0
"""How long a call may take from the look-up to the status, however slowly the other side drips."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Posts to other people's servers.

    Attributes:
        is_at_home: Whether the service is for this machine only; then it may call this machine, and without TLS.
        trusted: Whose certificates are believed.
    """

    is_at_home: bool
    deadline_s: float = DEADLINE_S
    trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Post *body* and return the status.

        Raises:
            HookUnavailable: It could not be reached, is where we call nobody, or did not answer in time.
        """
        if not is_hook_url(url, is_at_home=self.is_at_home):
            raise HookUnavailable("an address that is not called")
        parts = urlsplit(url)
        address = self._judged_address(parts)
        try:
            return self._post(parts, address, body, headers)
        except (OSError, http.client.HTTPException) as error:
            # What the other side says is not passed on: it may be anything.
            raise HookUnavailable(f"no answer: {type(error).__name__}") from error

    def _judged_address(self, parts: SplitResult) -> tuple[str, int]:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise HookUnavailable("its name leads nowhere") from error
        addresses = [str(sockaddr[0]) for *_, sockaddr in found]
        # All of them: a name that leads outside and inside was made for nothing good.
        if not self.is_at_home and not all(may_be_called(address) for address in addresses):
            raise HookUnavailable("its name leads into a private network")
        return addresses[0], port

    def _post(self, parts: SplitResult, address: tuple[str, int], body: bytes, headers: Mapping[str, str]) -> int:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=self.deadline_s)
        with socket.create_connection(address, timeout=self.deadline_s) as plain:
            # Each read has its own time-out, and a drip a second would last for ever: this ends all of it.
            expired = threading.Event()
            alarm = threading.Timer(self.deadline_s, _shut, [plain, expired])
            alarm.daemon = True
            alarm.start()
            try:
                connection.sock = self._wrapped(plain, parts)
                target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
                connection.request("POST", target, body, {**headers, "Host": parts.netloc})
                status = connection.getresponse().status
            finally:
                alarm.cancel()
                connection.close()
        # A line that is cut among the headers looks like their end.
        if expired.is_set():
            raise TimeoutError
        return status

    def _wrapped(self, plain: socket.socket, parts: SplitResult) -> socket.socket:
        if parts.scheme == "http":
            return plain
        return self.trusted.wrap_socket(plain, server_hostname=parts.hostname)


def _shut(plain: socket.socket, expired: threading.Event) -> None:
    expired.set()
    try:
        plain.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It ended by itself a moment before.
        return
