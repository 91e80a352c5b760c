"""The whole service on real parts, started as the Procfile starts it."""

from __future__ import annotations

import uuid
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake.app import create_app, staff_of
from intake.settings import Settings
from intake.setup import SHIPPED_CALLS, load_call, prepare_buckets, prepare_database
from intake.wiring import connect
from tests import servers
from tests.faults.line import Line, line_to

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.wiring import Services

PASSWORD: Final = "una parola lunga e segreta"
MODERATORS: Final = ("lucia@example.org", "marco@example.org")
ADMIN: Final = "ada@example.org"

_PROCESSES: Final = ("web", "dispatcher", "quick", "heavy")


@dataclass(frozen=True, kw_only=True)
class System:
    """A running service.

    Attributes:
        url: Of its pages.
        line: By which browsers reach its buckets; in fair weather unless a story says otherwise.
        services: The same parts its processes use.
    """

    url: str
    line: Line
    services: Services

    @property
    def origins(self) -> tuple[str, str]:
        """Everybody a page of ours may talk to."""
        return self.url, self.line.url


@contextmanager
def running_system(folder: Path, storage_url: str, *, database_url: str = "") -> Iterator[System]:
    """Run web, dispatcher and both workers for as long as the block lasts; on SQLite unless told where."""
    with ExitStack() as processes:
        redis_url, _ = processes.enter_context(servers.redis_server(folder))
        line = processes.enter_context(line_to(storage_url))
        environ = _environment(folder, storage_url, redis_url) | {"S3_PUBLIC_URL": line.url}
        environ["DATABASE_URL"] = database_url or f"sqlite:///{folder / 'intake.db'}"
        services = connect(Settings.from_env(environ))
        prepare_database(services)
        prepare_buckets(services.settings)
        _load_other_calls(services, folder)
        _add_moderators(services)
        for name, command in _commands().items():
            argv = ["bash", "-c", command]
            processes.enter_context(servers.serving(argv, environ=environ, log=folder / f"{name}.log"))
        url = environ["PUBLIC_URL"]
        servers.wait_until(lambda: servers.answers(f"{url}/_health"), what="the pages' start")
        yield System(url=url, line=line, services=services)
        services.engine.dispose()


def _environment(folder: Path, storage_url: str, redis_url: str) -> dict[str, str]:
    port = servers.free_port()
    return {
        "PATH": servers.our_path(),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "REDIS_URL": redis_url,
        "S3_ENDPOINT_URL": storage_url,
        "S3_ACCESS_KEY": servers.ACCESS_KEY,
        "S3_SECRET_KEY": servers.SECRET_KEY,
        "PRIVATE_BUCKET": f"private-{uuid.uuid4().hex[:12]}",
        "GALLERY_BUCKET": f"gallery-{uuid.uuid4().hex[:12]}",
        "SECRET_KEY": "for tests only, and longer than thirty-two characters",
        "DATA_DIR": str(folder / "data"),
        "MIN_FREE_BYTES": "1000000",
        "HINT_S": "0.2",
        "CREATE_PER_HOUR": "1000",
    }


def _commands() -> dict[str, str]:
    lines = (servers.PROJECT / "Procfile").read_text(encoding="utf-8").splitlines()
    commands = dict(line.split(": ", 1) for line in lines)
    return {name: commands[name] for name in _PROCESSES}


def _load_other_calls(services: Services, folder: Path) -> None:
    """Beside the call that ships: one more that is open, one that is over, and one for clips that nobody waits for."""
    shipped = (SHIPPED_CALLS / "pistoia2030.toml").read_text(encoding="utf-8")
    changes = {
        "altra": ("", ""),
        "chiusa": ("slug", "closes_at = 2025-12-31T22:59:59Z\nslug"),
        "breve": ("min_duration_s = 10\nmax_duration_s = 180", "min_duration_s = 2\nmax_duration_s = 5"),
    }
    for slug, (old, new) in changes.items():
        document = shipped.replace(old, new, 1).replace('slug = "pistoia2030"', f'slug = "{slug}"')
        path = folder / f"{slug}.toml"
        path.write_text(document, encoding="utf-8")
        load_call(services, path)


def _add_moderators(services: Services) -> None:
    app = create_app(services)
    with app.app_context():
        for email in MODERATORS:
            staff_of(app).add(email, "moderator", PASSWORD)
        staff_of(app).add(ADMIN, "admin", PASSWORD)
