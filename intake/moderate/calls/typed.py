"""The only place that turns a call's document into what a form holds, and what was typed back into a document.

A form's values are flat: `steps.2.title.en` is the English title of the third step, `steps.count` says how many there
are. What cannot be read stays as it was typed: `problems_of` says what is wrong with it.
"""

from __future__ import annotations

import re
import unicodedata
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from intake.domain.calls import FIRST_LANGUAGE, ConsentKind
from intake.moderate.calls.editable import GROUPS, LISTS
from intake.moderate.calls.kinds import READ, SHOW, Typed, short, shown_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from intake.moderate.calls.editable import Input
    from intake.moderate.calls.kinds import Values

_WAS: Final = "was"
"""The name under which each entry of a list says which one it was in the document before."""

MOST_ENTRIES: Final = 50
"""Entries of one list of a call."""


def values_of(document: Mapping[str, Any], languages: Sequence[str]) -> Values:
    """Return what a form holds that shows *document*."""
    shown = _by_kind(document)
    values: Values = {}
    for place, each in _places(lambda name: len(_at(shown, name) or ())):
        values |= SHOW[each.kind](place, _at(shown, place), languages)
    for name in LISTS:
        entries = _at(shown, name) or ()
        values |= {f"{name}.{at}.{_WAS}": str(at) for at in range(len(entries))}
        values[f"{name}.count"] = str(len(entries))
    if document.get("event"):
        zone = str(document["event"].get("time_zone"))
        values["event.starts_at"] = shown_moment(document["event"].get("starts_at"), zone)
    return values


def document_of(values: Mapping[str, str], before: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """Return the document that was typed.

    Args:
        before: The document it was before, whose other values stay.
    """
    clean = {name: _clean(value) for name, value in values.items()}
    shown = _by_kind(before)
    document = deepcopy(shown)
    for name in LISTS:
        document[name] = [
            _entry(shown.get(name) or (), clean.get(f"{name}.{at}.{_WAS}", "")) for at in range(count(clean, name))
        ]
    for place, each in _places(lambda name: count(clean, name)):
        _put(document, place, READ[each.kind](Typed(each, place, clean, languages, before=_at(document, place))))
    _name_fields(document)
    return _finished(document)


def _entry(before: Sequence[dict[str, Any]], was: str) -> dict[str, Any]:
    # What the form knows nothing of goes with its entry, wherever that was moved.
    is_old = was.isascii() and was.isdigit() and int(was) < len(before)
    return deepcopy(before[int(was)]) if is_old else {}


def count(values: Mapping[str, str], name: str) -> int:
    """Say how many entries a list of the form has."""
    typed = values.get(f"{name}.count", "")
    return min(int(typed), MOST_ENTRIES) if typed.isascii() and typed.isdigit() else 0


def with_entry(values: Values, name: str) -> Values:
    """Return the form with another, empty entry at the end of a list."""
    return _with_rows(values, name, [*_rows(values, name), {}][:MOST_ENTRIES])


def without_entry(values: Values, name: str, at: int) -> Values:
    """Return the form without one entry of a list."""
    rows = _rows(values, name)
    return _with_rows(values, name, rows[:at] + rows[at + 1 :])


def with_entry_earlier(values: Values, name: str, at: int) -> Values:
    """Return the form with one entry of a list before the one that was before it."""
    rows = _rows(values, name)
    if 0 < at < len(rows):
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    return _with_rows(values, name, rows)


def control_of(place: str, languages: Sequence[str]) -> str:
    """Return the name of the control where a problem at *place* is mended."""
    head, _, last = place.rpartition(".")
    if last in {"name", "code"}:
        return f"{head}.label.{FIRST_LANGUAGE}"
    found = re.match(r"(organisation_kinds|fields\.\d+\.choices)(\.|$)", place)
    if found:
        return f"{found[1]}.{last if last in languages else FIRST_LANGUAGE}"
    return place


def _rows(values: Values, name: str) -> list[Values]:
    prefixes = (f"{name}.{at}." for at in range(count(values, name)))
    return [
        {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}
        for prefix in prefixes
    ]


def _with_rows(values: Values, name: str, rows: Sequence[Values]) -> Values:
    others = {key: value for key, value in values.items() if not key.startswith(f"{name}.")}
    entries = {f"{name}.{at}.{key}": value for at, row in enumerate(rows) for key, value in row.items()}
    return others | entries | {f"{name}.count": str(len(rows))}


def _places(entries: Callable[[str], int]) -> Iterator[tuple[str, Input]]:
    """Go through every input with the place it has in a document with so many *entries* in each list."""
    for group in GROUPS:
        if group.list_place is None:
            yield from ((each.place, each) for each in group.inputs)
            continue
        for at in range(entries(group.list_place)):
            yield from ((f"{group.list_place}.{at}.{each.place}", each) for each in group.inputs)


def _by_kind(document: Mapping[str, Any]) -> dict[str, Any]:
    # The form has a place for each kind of consent, the document a list.
    consents = {str(consent["kind"]): dict(consent) for consent in document.get("consents") or ()}
    return deepcopy(dict(document)) | {"consents": consents}


def _finished(document: dict[str, Any]) -> dict[str, Any]:
    consents = document.pop("consents")
    asked = [kind for kind in ConsentKind if kind is ConsentKind.GALLERY or (consents.get(kind) or {}).get("text")]
    document["consents"] = [
        {
            "kind": kind.value,
            # Saving gives it the version that belongs to its words.
            "version": str((consents.get(kind) or {}).get("version", "")),
            "required": kind is ConsentKind.GALLERY or bool((consents.get(kind) or {}).get("required")),
            "text": (consents.get(kind) or {}).get("text") or {},
        }
        for kind in asked
    ]
    event = document.get("event") or {}
    if not event.get("starts_at") and not event.get("agenda"):
        document.pop("event", None)
    return {name: value for name, value in document.items() if value not in (None, {}, [], "")}


def _name_fields(document: dict[str, Any]) -> None:
    for name, kept_under, otherwise in (("fields", "name", "domanda"), ("reasons", "code", "motivo")):
        for entry in document[name]:
            label = (entry.get("label") or {}).get(FIRST_LANGUAGE, "")
            entry[kept_under] = entry.get(kept_under) or short(label, "_") or otherwise


def _clean(text: str) -> str:
    lines = unicodedata.normalize("NFC", text).replace("\0", "").replace("\r\n", "\n")
    return lines.strip()


def _at(document: Any, place: str) -> Any:  # noqa: ANN401 - any part of a document
    for name in place.split("."):
        document = document[int(name)] if isinstance(document, list) else (document or {}).get(name)
    return document


def _put(document: Any, place: str, value: object) -> None:  # noqa: ANN401 - as above
    *folders, last = place.split(".")
    for name in folders:
        document = document[int(name)] if isinstance(document, list) else document.setdefault(name, {})
    if value is None:
        document.pop(last, None)
    else:
        document[last] = value
