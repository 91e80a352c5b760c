"""Say where everything is, as soon as the pages answer: `python -m intake.embedded.welcome`."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final

from intake.embedded.credentials import FIRST_MODERATOR_FILE
from intake.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S: Final = 120
POLL_S: Final = 0.2


def main() -> None:
    """Wait for the pages, then print the addresses and the first moderator's credentials."""
    settings = Settings.from_env()
    if not is_ready_within(PATIENCE_S, f"http://127.0.0.1:{settings.port}/_ready"):
        print(f"The pages have not answered for {PATIENCE_S} s; /_ready says what is missing.", flush=True)
        return
    print(_welcome(settings), flush=True)


def is_ready_within(patience_s: float, url: str) -> bool:
    """Tell whether *url* answers 200 before the time is up."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(POLL_S)
    return False


def _welcome(settings: Settings) -> str:
    site, file = settings.public_url, settings.data_dir / FIRST_MODERATOR_FILE
    email, password = _credentials(file)
    return "\n".join(
        [
            "",
            "  Ready.",
            f"  Send a video   {site}/calls/pistoia2030",
            f"  Gallery        {site}/gallery/pistoia2030",
            f"  Moderate       {site}/moderate/",
            f"                 {email}",
            f"                 {password}   (kept in {file})",
            *_where_mails_are(settings),
            "  Stop           Ctrl-C",
            "",
        ]
    )


def _where_mails_are(settings: Settings) -> list[str]:
    is_shown = settings.smtp_url is None and settings.is_loopback
    return [f"  E-mails        {settings.public_url}/_mail   (kept there, not sent)"] if is_shown else []


def _credentials(file: Path) -> tuple[str, str]:
    try:
        email, password = file.read_text(encoding="utf-8").split()
    except OSError:
        return "(the file with the first moderator's password is gone)", ""
    return email, password


if __name__ == "__main__":
    main()
