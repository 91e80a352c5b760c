"""The only place that calls other people's servers: over TLS, at addresses out on the internet, for a few seconds.

The name is looked up once and the very address that was judged is called, so that nobody can answer the second question
otherwise than the first. Redirects are not followed and answers are not read: only the status counts.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from intake.domain.errors import HookUnavailable
from intake.domain.hooks import HookTrouble, is_hook_url, may_be_called

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from urllib.parse import SplitResult

DEADLINE_S: Final = 10.0
"""How long a call may take from the look-up to the status, however slowly the other side drips."""

_LEAST_S: Final = 0.001
"""What is left after a look-up that took it all: nought would mean no deadline to a socket."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Posts to other people's servers.

    Attributes:
        is_at_home: Whether the service is for this machine only; then it may call this machine, and without TLS.
        trusted: Whose certificates are believed.
        look_up: What leads from names to addresses, as `socket.getaddrinfo` does.
    """

    is_at_home: bool
    deadline_s: float = DEADLINE_S
    trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    look_up: Callable[..., Sequence[tuple[Any, ...]]] = socket.getaddrinfo

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Post *body* and return the status.

        Raises:
            HookUnavailable: It could not be reached, is where we call nobody, or did not answer in time.
        """
        if not is_hook_url(url, is_at_home=self.is_at_home):
            raise HookUnavailable(HookTrouble.BAD_ADDRESS)
        parts, ends_at = urlsplit(url), time.monotonic() + self.deadline_s
        address = self._judged_address(parts)
        try:
            return self._post(parts, address, body, headers, ends_at)
        except ssl.SSLCertVerificationError as error:
            raise HookUnavailable(HookTrouble.BAD_CERTIFICATE) from error
        except TimeoutError as error:
            raise HookUnavailable(HookTrouble.TOO_SLOW) from error
        except (OSError, http.client.HTTPException) as error:
            # What the other side says is not passed on: it may be anything.
            raise HookUnavailable(HookTrouble.NO_ANSWER) from error

    def _judged_address(self, parts: SplitResult) -> tuple[str, int]:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        addresses = self._addresses(parts.hostname or "", port)
        if not addresses:
            raise HookUnavailable(HookTrouble.NO_SUCH_NAME)
        # All of them: a name that leads outside and inside was made for nothing good.
        if not self.is_at_home and not all(may_be_called(address) for address in addresses):
            raise HookUnavailable(HookTrouble.PRIVATE_NETWORK)
        return addresses[0], port

    def _addresses(self, name: str, port: int) -> list[str]:
        """Look a name up, for as long as the whole call may take: the system's resolver knows no deadline."""
        found: Queue[list[str]] = Queue()
        # The thread of a resolver that hangs is left behind, and ends when the resolver gives up.
        threading.Thread(target=lambda: found.put(self._looked_up(name, port)), daemon=True).start()
        try:
            return found.get(timeout=self.deadline_s)
        except Empty as error:
            raise HookUnavailable(HookTrouble.TOO_SLOW) from error

    def _looked_up(self, name: str, port: int) -> list[str]:
        try:
            found = self.look_up(name, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return []
        return [str(sockaddr[0]) for *_, sockaddr in found]

    def _post(
        self, parts: SplitResult, address: tuple[str, int], body: bytes, headers: Mapping[str, str], ends_at: float
    ) -> int:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        with socket.create_connection(address, timeout=_left_s(ends_at)) as plain:
            # Each read has its own time-out, and a drip a second would last for ever: this ends all of it.
            expired = threading.Event()
            alarm = threading.Timer(_left_s(ends_at), _shut, [plain, expired])
            alarm.daemon = True
            alarm.start()
            try:
                connection.sock = self._wrapped(plain, parts)
                target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
                connection.request("POST", target, body, {**headers, "Host": parts.netloc})
                status = connection.getresponse().status
            except (OSError, http.client.HTTPException) as error:
                if expired.is_set():
                    raise TimeoutError from error
                raise
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


def _left_s(ends_at: float) -> float:
    return max(ends_at - time.monotonic(), _LEAST_S)


def _shut(plain: socket.socket, expired: threading.Event) -> None:
    expired.set()
    try:
        plain.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It ended by itself a moment before.
        return
