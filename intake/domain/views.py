"""The only place that knows what a view is: a line of the proxy's log, read as hostile as any other text.

A line, as `deploy/nginx.conf` writes it::

    2026-11-28T09:00:00+00:00 (32 random digits) GET 206 "bytes=0-" /gallery/clips/abcdefgh23/1/video.mp4
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from intake.domain.submissions import ClipId

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_LINE_BYTES: Final = 1000
"""No line of ours is longer; a longer one is not looked at."""

PROBE_BYTES: Final = 1024
"""Safari asks for two bytes before it asks for the video; who wants this little does not watch."""

_LINE: Final = re.compile(
    r'(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)) [0-9a-f]{32} GET 20[06] "(?P<wanted>[^"]{0,60})" '
    r"/(?P<bucket>[a-z0-9.-]{3,63})/clips/(?P<clip>[a-z0-9]{1,16})/[0-9]{1,9}/video(?:-[a-z]{1,20})?\.mp4",
    re.ASCII,
)
_FROM_THE_START: Final = re.compile(r"-?|bytes=0-(?P<last>[0-9]{0,19})", re.ASCII)


@dataclass(frozen=True)
class View:
    """A clip was begun on a day, in UTC."""

    clip_id: ClipId
    day: date


def views_in(untrusted_lines: Iterable[bytes], *, bucket: str) -> Counter[View]:
    """Count the views of clips in *bucket* among lines of a log; whatever else the lines are counts nothing."""
    views = (_view(line, bucket) for line in untrusted_lines)
    return Counter(view for view in views if view is not None)


def _view(untrusted_line: bytes, bucket: str) -> View | None:
    if len(untrusted_line) > MOST_LINE_BYTES:
        return None
    found = _LINE.fullmatch(untrusted_line.decode("ascii", errors="replace").rstrip("\r\n"))
    if found is None or found["bucket"] != bucket or not _is_from_the_start(found["wanted"]):
        return None
    try:
        day = datetime.fromisoformat(found["at"]).astimezone(UTC).date()
    except (ValueError, OverflowError):
        # The thirtieth of February.
        return None
    return View(ClipId(found["clip"]), day)


def _is_from_the_start(wanted: str) -> bool:
    found = _FROM_THE_START.fullmatch(wanted)
    if found is None:
        return False
    return not found["last"] or int(found["last"]) >= PROBE_BYTES
