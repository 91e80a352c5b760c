"""Somebody else's site: a real WordPress on a real MariaDB, from Debian's packages, for as long as a test lasts."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

EDITOR: Final = "redazione"
PASSWORD: Final = "una parola lunga e segreta"

_HERE: Final = Path(__file__).parent
_DEBIANS: Final = Path("/usr/share/wordpress")
_PLUGIN: Final = servers.PROJECT / "deploy" / "wordpress" / "pistoia2030-video.php"

_CONFIGURATION: Final = """<?php
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:{socket}' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'AUTH_KEY', '{salt}' );
define( 'SECURE_AUTH_KEY', '{salt}' );
define( 'LOGGED_IN_KEY', '{salt}' );
define( 'NONCE_KEY', '{salt}' );
define( 'PISTOIA2030_VIDEO_URL', '{service_url}' );
// It asks itself for what is due, and its maker for what is new. Neither is to be had here.
define( 'DISABLE_WP_CRON', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_LOG', true );
define( 'WP_DEBUG_DISPLAY', false );
$table_prefix = 'wp_';
defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
"""


@dataclass(frozen=True, kw_only=True)
class WordPress:
    """A site whose editor pastes our addresses.

    Attributes:
        url: Of its first page, without a slash.
        folder: Where its files are.
    """

    url: str
    folder: Path

    def publishes(self, title: str, words: str) -> str:
        """Publish a post, and return its address."""
        return self._runs("publish.php", title, words=words)

    @contextmanager
    def our_plugin(self) -> Iterator[None]:
        """Have the plugin that we give away, as long as the block lasts."""
        shutil.copy(_PLUGIN, self.folder / "wp-content" / "plugins")
        self._runs("switch-plugin.php", "on", _PLUGIN.name)
        try:
            yield
        finally:
            self._runs("switch-plugin.php", "off", _PLUGIN.name)

    @property
    def complaints(self) -> list[str]:
        """What PHP has against our plugin."""
        log = self.folder / "wp-content" / "debug.log"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return [line for line in lines if _PLUGIN.name in line]

    def install(self) -> None:
        """Fill its empty database."""
        self._runs("install.php", self.url, PASSWORD)

    def _runs(self, script: str, *arguments: str, words: str = "") -> str:
        argv = ["php", str(_HERE / script), *arguments]
        environ = {"PATH": servers.our_path(), "HTTP_HOST": self.url.removeprefix("http://")}
        done = subprocess.run(
            argv, input=words, cwd=self.folder, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


@contextmanager
def a_wordpress(service_url: str) -> Iterator[WordPress]:
    """Run a WordPress that may ask *service_url*, and has the address of its plugin's service set to it."""
    with ExitStack() as stack:
        # pytest shuts its own folder for everybody else, and MariaDB does not run as root.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wordpress-", ignore_cleanup_errors=True)))
        socket = stack.enter_context(_mariadb(folder))
        site = WordPress(url=f"http://localhost:{servers.free_port()}", folder=folder / "site")
        _lay_out(site.folder, socket, service_url)
        site.install()
        # One of them renders the page, others answer what its editor asks meanwhile.
        environ = {"PATH": servers.our_path(), "PHP_CLI_SERVER_WORKERS": "4"}
        argv = ["php", "-S", site.url.removeprefix("http://"), "-t", str(site.folder)]
        stack.enter_context(servers.serving(argv, environ=environ, log=folder / "php.log"))
        servers.wait_until(lambda: servers.answers(site.url), what="WordPress's start")
        yield site


def _lay_out(site: Path, socket: Path, service_url: str) -> None:
    shutil.copytree(_DEBIANS, site, ignore=shutil.ignore_patterns(".htaccess"))
    configuration = _CONFIGURATION.format(socket=socket, salt=secrets.token_hex(32), service_url=service_url)
    (site / "wp-config.php").write_text(configuration, encoding="utf-8")
    # What browsers ask every site for, whether it has one or not.
    (site / "favicon.ico").touch()
    for name in ("plugins", "mu-plugins"):
        (site / "wp-content" / name).mkdir(exist_ok=True)
    shutil.copy(_HERE / "neighbours.php", site / "wp-content" / "mu-plugins")


@contextmanager
def _mariadb(folder: Path) -> Iterator[Path]:
    """MariaDB with an empty database `wordpress`, behind a socket in *folder* and no port; yields the socket."""
    user = pwd.getpwnam("mysql").pw_uid if os.geteuid() == 0 else None
    rows, socket = folder / "rows", folder / "mariadb.sock"
    rows.mkdir()
    if user is not None:
        folder.chmod(0o755)
        shutil.chown(folder, "mysql")
        shutil.chown(rows, "mysql")
    environ = {"PATH": f"{servers.our_path()}:/usr/sbin"}
    prepare = ["mariadb-install-db", "--no-defaults", f"--datadir={rows}", "--auth-root-authentication-method=normal"]
    subprocess.run([*prepare, "--skip-test-db"], check=True, capture_output=True, user=user, env=environ, cwd="/")
    argv = ["mariadbd", "--no-defaults", f"--datadir={rows}", f"--socket={socket}", "--skip-networking"]
    # Nothing of it outlives the test.
    argv += [f"--pid-file={folder / 'mariadb.pid'}", "--innodb-flush-log-at-trx-commit=0"]
    client = ["mariadb", "--no-defaults", f"--socket={socket}", "--user=root"]
    with servers.serving(argv, environ=environ, log=folder / "mariadb.log", user=user):
        servers.wait_until(lambda: _succeeds([*client, "-e", "SELECT 1"]), what="MariaDB's start")
        subprocess.run([*client, "-e", "CREATE DATABASE wordpress CHARACTER SET utf8mb4"], check=True)
        yield socket


def _succeeds(argv: list[str]) -> bool:
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0
