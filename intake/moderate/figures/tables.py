"""How a table is handed out: streamed, as its rows come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, stream_with_context

from intake.moderate.answers import private
from intake.wording.spreadsheets import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def spreadsheet(name: str, heads: Iterable[Sequence[str]], rows: Iterable[Sequence[object]]) -> Response:
    """Answer with a table, streamed as its rows come."""
    content = stream_with_context(table_of(heads, rows))
    response = private(Response(content, content_type="text/csv; charset=utf-8"))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
