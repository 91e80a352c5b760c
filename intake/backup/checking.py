"""Reads a backup from end to end and compares it with what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake.domain.tombstones import owners_of

if TYPE_CHECKING:
    from intake.backup.folder import BackupFolder


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a backup turned out to be.

    Attributes:
        damaged: What is missing or holds other bytes than it did: its own files by name, objects by key.
    """

    name: str
    files: int
    damaged: tuple[str, ...]


def check_backup(folder: BackupFolder, name: str) -> Checked:
    """Compare every byte of a backup. Files of who took their video back since are not looked for.

    Raises:
        BackupRefused: There is no such backup.
    """
    altered = folder.altered(name)
    gone = owners_of(folder.lists.tombstones())
    entries = [entry for entry in folder.entries(name) if entry.owner not in gone]
    damaged = [entry.key for entry in entries if not folder.holds(entry)]
    return Checked(name=name, files=len(entries), damaged=(*altered, *damaged))
