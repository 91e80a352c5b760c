"""The only place that writes iCalendar (RFC 5545)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

_LINE_OCTETS: Final = 75
"""Longest line. Source: RFC 5545, section 3.1."""


def entry(*, uid: str, starts_at: datetime, written_at: datetime, title: str, text: str, url: str) -> str:  # noqa: PLR0913
    """Write a calendar with one entry.

    Args:
        uid: By which a calendar knows it again, downloaded twice.
        starts_at: Aware, as is *written_at*.
    """
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Pistoia2030//Video Intake//IT",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_utc(written_at)}",
        f"DTSTART:{_utc(starts_at)}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(text)}",
        f"URL:{url}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(_folded(line) + "\r\n" for line in lines)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    return text.replace("\r\n", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    # By octets, and never inside a character.
    pieces, room = [""], _LINE_OCTETS
    for character in line:
        if len((pieces[-1] + character).encode()) > room:
            pieces.append("")
            room = _LINE_OCTETS - 1
        pieces[-1] += character
    return "\r\n ".join(pieces)
