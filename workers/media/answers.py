"""The only place that takes values out of ffprobe's JSON: any of them may be missing, absurd or a lie."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from intake.domain.errors import ToolFailed

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_object(untrusted_json: bytes) -> dict[str, Any]:
    """Return the one object that *untrusted_json* is.

    Raises:
        ToolFailed: It is something else.
    """
    try:
        document = json.loads(untrusted_json)
    except (ValueError, RecursionError) as error:
        raise ToolFailed("ffprobe wrote no JSON") from error
    if not isinstance(document, dict):
        raise ToolFailed("ffprobe wrote no object")
    return document


def text_of(stream: Mapping[str, Any], key: str) -> str | None:
    """Return the text under *key*; None where there is none or it is `unknown`."""
    value = stream.get(key)
    return value if isinstance(value, str) and value != "unknown" else None


def number_of(untrusted: object) -> float:
    """Return *untrusted* as a number, 0 where it is none, not finite or negative."""
    try:
        number = float(untrusted)  # type: ignore[arg-type]  # the error below is the check
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return number if math.isfinite(number) and number > 0 else 0.0


def moment_of(untrusted: object) -> float | None:
    """Return *untrusted* as a moment, which may be negative; None where it is none."""
    try:
        moment = float(untrusted)  # type: ignore[arg-type]  # the error below is the check
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if math.isfinite(moment) else None


def ratio_of(untrusted: object, *, otherwise: float) -> float:
    """Return a positive ratio such as `30000/1001` or `4:3`; *otherwise* where it is none."""
    try:
        ratio = float(Fraction(str(untrusted).replace(":", "/")))
    except (ValueError, ZeroDivisionError, OverflowError):
        return otherwise
    return ratio if ratio > 0 else otherwise
