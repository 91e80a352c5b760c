"""The only place that writes tables for spreadsheets, with nothing in them that a spreadsheet would run.

Semicolons and a byte order mark: so a double click opens them in the Italian Excel, accents and all. Programs read them
as well, told of the semicolon.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula. Source: OWASP, “CSV Injection”."""

_BOM: Final = "\ufeff"
_LINES_AT_ONCE: Final = 200


def table_of(heads: Iterable[Sequence[str]], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Write a table, some lines at a time."""
    yield _BOM
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=";", lineterminator="\r\n")
    for head in heads:
        writer.writerow([defused(cell) for cell in head])
    for number, row in enumerate(rows, start=1):
        writer.writerow([defused(cell) for cell in row])
        if number % _LINES_AT_ONCE == 0:
            yield lines.getvalue()
            lines.seek(0)
            lines.truncate()
    yield lines.getvalue()


def defused(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers, with Italy's comma."""
    if isinstance(cell, bool | None):
        return "" if cell is None else int(cell)
    if isinstance(cell, float):
        return f"{cell:.4f}".rstrip("0").rstrip(".").replace(".", ",")
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(cell, int) else text
