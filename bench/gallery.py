"""What a gallery of a hundred thousand clips costs: answers a second, and how much slower it is than one of a hundred.

Answers a second: the page as visitors get it, warm, eight connections that stay open, from gunicorn alone as compose
starts it, and from the shipped proxy before it; held against nginx that sends the same bytes as a file, in the same run
and by turns. What is asked of them is on this machine, too, and takes its share of it.

How much slower: the page made anew each time, asked of the application within this process, by turns of a large and of
a small gallery. Of the small one the page behind the most clips is its last.

    python -m bench.gallery [--clips 100000] [--seconds 5] [--rounds 3] [--requests 200]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from bench import load
from bench.tables import Machine, Report, Spread, Target, publish
from intake.app import create_app
from intake.db.engine import reading
from intake.db.gallery_tables import gallery_entries
from intake.db.tables import submissions
from intake.gallery.clips import PAGE_CLIPS
from intake.settings import Settings
from intake.setup import prepare_database
from intake.wiring import connect
from tests import full_gallery, servers
from tests.builders import CALL
from tests.conftest import NOWHERE, an_environment
from tests.proxy import NGINX, proxy_before

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from intake.wiring import Services

FEW: Final = 100
MAX_GUNICORN: Final = 250.0
"""Times as many answers from a file. A page that Flask makes of a bare template is 158."""

MAX_PROXY: Final = 1.5
MAX_GROWTH: Final = 2.0
FAR: Final = 1000
"""The page that is asked for by its key."""

GALLERY: Final = f"/gallery/{CALL}"
SEARCHES: Final = {
    # Finds a page of them among a hundred, too: what is compared is the finding, not how many are shown.
    "a filtered search": "kind=impresa&q=idea",
    "a search of a kind": "kind=scuola&q=innovazione",
    "a common word": "q=innovazione",
    "a rare kind and a common word": "kind=altro&q=insieme",
    "a name": "q=rossi123+anna",
    "two letters": "q=ro",
    "what nobody said": "q=inesistente",
}
WITH_LIMIT: Final = "a filtered search"

_FILE_SERVER: Final = """
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 2048; }}
http {{
    default_type text/html;
    sendfile on;
    tcp_nopush on;
    log_format brief '$time_iso8601 $request_method $status $body_bytes_sent $request_time';
    access_log {folder}/access.log brief;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/files;
        add_header Content-Encoding gzip;
    }}
}}
"""


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """A full gallery, with the application to be asked within this process."""

    database_url: str
    services: Services
    visitor: FlaskClient
    far_clip: str


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="What a gallery of a hundred thousand clips costs.")
    parser.add_argument("--clips", type=int, default=100_000, help="in the large gallery (100000)")
    parser.add_argument("--seconds", type=float, default=5, help="each server is asked in each round (5)")
    parser.add_argument("--rounds", type=int, default=3, help="of asking each server (3)")
    parser.add_argument("--requests", type=int, default=200, help="how often each page is made (200)")
    asked = parser.parse_args()
    machine = Machine.here()
    targets: list[Target] = []
    with tempfile.TemporaryDirectory() as lent, ExitStack() as stack:
        folder = Path(lent)
        storage_url, _ = stack.enter_context(servers.storage_server(folder))
        for name in ("SQLite", "PostgreSQL"):
            large, small = (stack.enter_context(_gallery(name, clips, folder)) for clips in (asked.clips, FEW))
            targets += _growth(name, large, small, asked.requests)
            targets += _rates(name, large, storage_url, folder, asked)
    title = f"The gallery with {asked.clips:,} clips"
    return publish(Report(machine=machine, name="gallery", title=title, targets=tuple(targets)))


@contextmanager
def _gallery(database: str, clips: int, folder: Path) -> Iterator[Gallery]:
    with ExitStack() as stack:
        url = f"sqlite:///{folder}/{clips}.db"
        if database == "PostgreSQL":
            url = stack.enter_context(servers.postgresql_server())
        services = connect(Settings.from_env(an_environment(url, NOWHERE, folder)))
        prepare_database(services)
        full_gallery.fill(services, clips)
        page = min(FAR, clips // PAGE_CLIPS)
        yield Gallery(
            database_url=url,
            services=services,
            visitor=create_app(services).test_client(),
            far_clip=_clip_before(services, page),
        )
        services.engine.dispose()


def _clip_before(services: Services, page: int) -> str:
    """Return the clip that a page begins behind."""
    newest_first = select(gallery_entries.c.submission_id).order_by(gallery_entries.c.id.desc())
    last = newest_first.offset((page - 1) * PAGE_CLIPS - 1).limit(1).scalar_subquery()
    with reading(services.engine) as connection:
        clip_id: str = connection.execute(select(submissions.c.clip_id).where(submissions.c.id == last)).scalar_one()
    return clip_id


def _growth(database: str, large: Gallery, small: Gallery, requests: int) -> Iterator[Target]:
    pages = {"page 1": ("", ""), f"page {FAR:,} by its key": (f"after={large.far_clip}", f"after={small.far_clip}")}
    for name, (of_large, of_small) in (pages | {name: (query, query) for name, query in SEARCHES.items()}).items():
        tries = [(_taken_s(large, of_large), _taken_s(small, of_small)) for _ in range(requests)]
        # The first ones compile the statements and the template.
        large_s, small_s = (quantiles(taken, n=100)[-1] for taken in zip(*tries[10:], strict=True))
        has_limit = name in pages or name == WITH_LIMIT
        label = f"{database}, {name}: 99th percentile"
        yield Target(name=f"{label}, s", measured=Spread.of([large_s]))
        yield Target(
            name=f"{label}, times that of {FEW} clips",
            measured=Spread.of([large_s / small_s]),
            at_most=MAX_GROWTH if has_limit else None,
        )


_numbers = count()


def _taken_s(gallery: Gallery, query: str) -> float:
    # A number that is in no other address, so that the page is made and not remembered.
    url = f"{GALLERY}?{query}&number={next(_numbers)}"
    began_at = time.perf_counter()
    answer = gallery.visitor.get(url)
    taken_s = time.perf_counter() - began_at
    assert answer.status_code == HTTPStatus.OK, answer.text
    return taken_s


def _rates(
    database: str, gallery: Gallery, storage_url: str, folder: Path, asked: argparse.Namespace
) -> Iterator[Target]:
    with tempfile.TemporaryDirectory(dir=folder) as lent, ExitStack() as stack:
        web_url = stack.enter_context(_gunicorn(gallery, Path(lent)))
        page = _page(web_url)
        proxy_folder = Path(lent) / "proxy"
        proxy_folder.mkdir()
        proxy = stack.enter_context(proxy_before(web_url, storage_url, proxy_folder, media=servers.free_port()))
        files_url = stack.enter_context(_file_server(page, Path(lent)))
        urls = {"gunicorn": web_url, "the proxy": proxy.url, "a file": files_url}
        rates: dict[str, list[float]] = {name: [] for name in urls}
        for _ in range(asked.rounds):
            for name, url in urls.items():
                rate = load.ask(url + GALLERY, seconds=asked.seconds, body_bytes=len(page))
                rates[name].append(rate.per_s)
    for name, measured in rates.items():
        yield Target(name=f"{database}: answers a second from {name}", measured=Spread.of(measured))
    for name, at_most in (("gunicorn", MAX_GUNICORN), ("the proxy", MAX_PROXY)):
        ratios = [file / ours for file, ours in zip(rates["a file"], rates[name], strict=True)]
        yield Target(
            name=f"{database}: times as many from a file as from {name}", measured=Spread.of(ratios), at_most=at_most
        )


@contextmanager
def _gunicorn(gallery: Gallery, folder: Path) -> Iterator[str]:
    """Run the web process as compose does."""
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}"
    argv = ["gunicorn", "intake.app:from_environment()", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    argv += ["--workers", "2", "--threads", "8", "--timeout", "120", "--no-control-socket", "--log-level", "warning"]
    environ = an_environment(gallery.database_url, NOWHERE, folder) | {"PATH": servers.our_path(), "PUBLIC_URL": url}
    with servers.serving(argv, environ=environ, log=folder / "web.log"):
        servers.wait_until(lambda: servers.answers(f"{url}/_health"), what="the web process's start")
        yield url


@contextmanager
def _file_server(page: bytes, folder: Path) -> Iterator[str]:
    """Run an nginx that has the page as a file."""
    port = servers.free_port()
    files = folder / "files" / GALLERY.lstrip("/")
    files.parent.mkdir(parents=True)
    files.write_bytes(page)
    # Its workers would become somebody who may not look into this folder.
    configuration = folder / "files.conf"
    configuration.write_text("user root;" + _FILE_SERVER.format(folder=folder, port=port), encoding="utf-8")
    url = f"http://127.0.0.1:{port}"
    argv = [NGINX, "-c", str(configuration), "-g", "daemon off;"]
    with servers.serving(argv, environ={"PATH": servers.our_path()}, log=folder / "files.log"):
        servers.wait_until(lambda: servers.answers(url + GALLERY), what="the file server's start")
        yield url


def _page(web_url: str) -> bytes:
    asked = urllib.request.Request(web_url + GALLERY, headers={"Accept-Encoding": "gzip"})  # noqa: S310 - our own
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - as above
        page: bytes = answer.read()
    return page


if __name__ == "__main__":
    sys.exit(main())
