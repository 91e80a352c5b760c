"""The only place that makes secrets: once for each data folder, readable by its owner alone."""

from __future__ import annotations

import secrets
import subprocess
from typing import TYPE_CHECKING, Final

from intake.embedded.errors import CannotStartError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FIRST_MODERATOR: Final = "moderator@pistoia2030.example"
FIRST_MODERATOR_FILE: Final = "first-moderator.txt"

STORAGE_CONFIG: Final = "storage"
"""Folder under `secrets` that the storage server reads its own keys from."""

_STORAGE_KEYS: Final = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")


def keep_secrets(folder: Path) -> dict[str, Path]:
    """Make what is missing in *folder*; answer where each setting's secret is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = {
        "S3_ACCESS_KEY": secrets.token_hex(10).upper(),
        "S3_SECRET_KEY": secrets.token_urlsafe(32),
        "SECRET_KEY": secrets.token_urlsafe(48),
    }
    for name, value in made.items():
        write_once(folder / name, value)
    (folder / STORAGE_CONFIG).mkdir(mode=0o700, exist_ok=True)
    sections = [f'[{name}]\nkey = "{secrets.token_urlsafe(32)}"' for name in _STORAGE_KEYS]
    write_once(folder / STORAGE_CONFIG / "security.toml", "\n".join(sections))
    return {name: folder / name for name in made}


def first_moderator(data_dir: Path, environ: Mapping[str, str]) -> bool:
    """Create the first moderator unless that was done; tell whether it was done now.

    Raises:
        CannotStartError: The account could not be made; its own message is on the screen.
    """
    # Whoever has learned the password may delete the file; that is no reason to make another account.
    made = data_dir / "run" / "first-moderator-made"
    if made.exists():
        return False
    path = data_dir / FIRST_MODERATOR_FILE
    # Written before the account is made, so that a start that was cut off finds the same password again.
    write_once(path, f"{FIRST_MODERATOR}\n{secrets.token_urlsafe(18)}")
    password = path.read_text(encoding="utf-8").splitlines()[1]
    # An admin, who may do all that moderators may: somebody must be able to invite the others.
    command = ["intake", "staff", "add", FIRST_MODERATOR, "--role", "admin", "--password-stdin"]
    added = subprocess.run(command, input=f"{password}\n", env=environ, text=True, check=False)
    if added.returncode != 0:
        raise CannotStartError(f"The first moderator ({FIRST_MODERATOR}) could not be created; the reason is above.")
    made.touch()
    return True


def write_once(path: Path, text: str) -> None:
    """Write *text* to *path*, mode 0600, whole or not at all; leave a file that is there alone."""
    if path.exists():
        return
    unfinished = path.with_name(f".{path.name}.new")
    # Made empty and private first: there is no moment in which others could read it.
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600, exist_ok=False)
    unfinished.write_text(f"{text}\n", encoding="utf-8")
    unfinished.replace(path)
