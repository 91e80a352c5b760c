"""The shipped proxy, in Debian's nginx: its configuration as it stands, with the addresses of this machine."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.servers import PROJECT, answers, free_port, our_path, serving, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Server

NGINX = "/usr/sbin/nginx"


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """Where the running proxy is reached.

    Attributes:
        url: Pages and the API.
        media_url: The buckets.
        views_log: Where it writes which videos were begun.
        server: Its processes.
    """

    url: str
    media_url: str
    views_log: Path
    server: Server


@contextmanager
def proxy_before(web_url: str, storage_url: str, folder: Path, *, media: int) -> Iterator[Proxy]:
    """Run the shipped proxy before a web process and a storage for as long as the block lasts.

    Args:
        media: The port under which browsers know the buckets; links are signed for it.
    """
    pages = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(_configured(web_url, storage_url, folder, pages, media), encoding="utf-8")
    (folder / "cache").mkdir()
    argv = [NGINX, "-c", str(configuration), "-g", "daemon off;"]
    views_log = folder / "views.log"
    views = (PROJECT / "deploy" / "views.conf").read_text(encoding="utf-8")
    (folder / "views.conf").write_text(views.replace("/var/log/views/views.log", str(views_log)), encoding="utf-8")
    media_url = f"http://127.0.0.1:{media}"
    with serving(argv, environ={"PATH": our_path()}, log=folder / "nginx.log") as server:
        wait_until(lambda: answers(f"{media_url}/healthz"), what="the proxy's start")
        yield Proxy(url=f"http://127.0.0.1:{pages}", media_url=media_url, views_log=views_log, server=server)


def _configured(web_url: str, storage_url: str, folder: Path, pages: int, media: int) -> str:
    shipped = (PROJECT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    changes = {
        r"set \$web web:8000;": f"set $web {urlsplit(web_url).netloc};",
        r"set \$storage storage:8333;": f"set $storage {urlsplit(storage_url).netloc};",
        # Docker's name server; an address needs none.
        r"resolver [^;]*;": "",
        r"listen 8080 ": f"listen 127.0.0.1:{pages} ",
        r"listen 8333 ": f"listen 127.0.0.1:{media} ",
        r"listen 8081 ": f"listen 127.0.0.1:{free_port()} ",
        r"/tmp/nginx": f"{folder}/nginx",
        r"/var/cache/nginx": f"{folder}/cache",
        r"/etc/nginx/views/\*\.conf": f"{folder}/views.conf",
    }
    for pattern, here in changes.items():
        shipped, count = re.subn(pattern, here, shipped)
        assert count, pattern
    # Its workers would become somebody who may not look into a test's folder.
    return ("user root;\n" if os.geteuid() == 0 else "") + shipped
