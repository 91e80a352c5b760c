"""The shipped proxy, in Debian's nginx: started and configured as it stands, with the addresses of this machine."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.servers import PROJECT, answers, free_port, our_path, serving, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.servers import Server

NGINX = "/usr/sbin/nginx"
PAGES_NAME = "video.test"
MEDIA_NAME = "media.test"


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """Where the running proxy is reached.

    Attributes:
        url: Pages and the API.
        media_url: The buckets.
        tls_port: Both, by name, where there are certificates.
        plain_port: What leads from plain HTTP to TLS.
        views_log: Where it writes which videos were begun.
        server: Its processes.
    """

    url: str
    media_url: str
    tls_port: int
    plain_port: int
    views_log: Path
    server: Server


@contextmanager
def proxy_before(web_url: str, storage_url: str, folder: Path, *, media: int) -> Iterator[Proxy]:
    """Run the shipped proxy before a web process and a storage for as long as the block lasts.

    Args:
        media: The port under which browsers know the buckets; links are signed for it.
    """
    here = _Here(web=urlsplit(web_url).netloc, storage=urlsplit(storage_url).netloc, folder=folder, media=media)
    (folder / "cache").mkdir()
    configuration, program = folder / "nginx.conf", folder / "proxy.sh"
    configuration.write_text(_configured(here), encoding="utf-8")
    program.write_text(_program(here, configuration), encoding="utf-8")
    views = (PROJECT / "deploy" / "views.conf").read_text(encoding="utf-8")
    (folder / "views.conf").write_text(views.replace("/var/log/views/views.log", str(here.views_log)), encoding="utf-8")
    environ = {"PATH": f"{our_path()}:/usr/sbin", "CERTIFICATES": str(folder / "certificates"), "LOOK_AGAIN_S": "0.2"}
    environ |= {"PUBLIC_URL": f"https://{PAGES_NAME}", "S3_PUBLIC_URL": f"https://{MEDIA_NAME}"}
    with serving(["sh", str(program)], environ=environ, log=folder / "nginx.log") as server:
        wait_until(lambda: answers(f"{here.media_url}/healthz"), what="the proxy's start")
        yield Proxy(
            url=f"http://127.0.0.1:{here.pages}",
            media_url=here.media_url,
            tls_port=here.tls,
            plain_port=here.plain,
            views_log=here.views_log,
            server=server,
        )


@dataclass(frozen=True, kw_only=True)
class _Here:
    """The addresses that stand for a container's."""

    web: str
    storage: str
    folder: Path
    media: int
    pages: int = field(default_factory=free_port)
    plain: int = field(default_factory=free_port)
    tls: int = field(default_factory=free_port)

    @property
    def media_url(self) -> str:
        return f"http://127.0.0.1:{self.media}"

    @property
    def views_log(self) -> Path:
        return self.folder / "views.log"


def _program(here: _Here, configuration: Path) -> str:
    return _changed(
        "proxy.sh",
        {
            r"/tmp/nginx": f"{here.folder}/nginx",
            r"listen 8443 ": f"listen 127.0.0.1:{here.tls} ",
            r"nginx -(?=[tsg] )": f"nginx -c {configuration} -",
        },
    )


def _configured(here: _Here) -> str:
    shipped = _changed(
        "nginx.conf",
        {
            r"set \$web web:8000;": f"set $web {here.web};",
            r"set \$storage storage:8333;": f"set $storage {here.storage};",
            # Docker's name server; an address needs none.
            r"resolver [^;]*;": "",
            r"listen 8080 ": f"listen 127.0.0.1:{here.pages} ",
            r"listen 8081 ": f"listen 127.0.0.1:{here.plain} ",
            r"listen 8333 ": f"listen 127.0.0.1:{here.media} ",
            r"/tmp/nginx": f"{here.folder}/nginx",
            r"/var/cache/nginx": f"{here.folder}/cache",
            r"/etc/nginx/views/\*\.conf": f"{here.folder}/views.conf",
        },
    )
    # Its workers would become somebody who may not look into a test's folder.
    return ("user root;\n" if os.geteuid() == 0 else "") + shipped


def _changed(name: str, changes: Mapping[str, str]) -> str:
    shipped = (PROJECT / "deploy" / name).read_text(encoding="utf-8")
    for pattern, here in changes.items():
        shipped, count = re.subn(pattern, here, shipped)
        assert count, pattern
    return shipped
