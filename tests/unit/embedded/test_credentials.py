from __future__ import annotations

import stat
import tomllib
from typing import TYPE_CHECKING

from intake.embedded.credentials import keep_secrets, write_once

if TYPE_CHECKING:
    from pathlib import Path


def contents(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_secrets_are_made_once(tmp_path: Path) -> None:
    keep_secrets(tmp_path / "secrets")
    before = contents(tmp_path)

    keep_secrets(tmp_path / "secrets")

    assert contents(tmp_path) == before


def test_secrets_differ_between_data_folders(tmp_path: Path) -> None:
    keep_secrets(tmp_path / "one")
    keep_secrets(tmp_path / "two")

    assert set(contents(tmp_path / "one").values()).isdisjoint(contents(tmp_path / "two").values())


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    keep_secrets(tmp_path / "secrets")

    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_file()}
    assert modes == {0o600}


def test_storage_gets_a_key_for_every_door(tmp_path: Path) -> None:
    keep_secrets(tmp_path / "secrets")

    jwt = tomllib.loads((tmp_path / "secrets" / "storage" / "security.toml").read_text())["jwt"]
    keys = {jwt[part]["key"] for part in ("signing", "filer_signing")}
    keys |= {jwt[part]["read"]["key"] for part in ("signing", "filer_signing")}
    assert len(keys) == 4


def test_an_interrupted_write_is_done_again(tmp_path: Path) -> None:
    (tmp_path / ".SECRET_KEY.new").write_text("half of a sec")

    write_once(tmp_path / "SECRET_KEY", "a whole secret")

    assert (tmp_path / "SECRET_KEY").read_text() == "a whole secret\n"
    assert not (tmp_path / ".SECRET_KEY.new").exists()
