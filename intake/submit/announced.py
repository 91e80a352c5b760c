"""What programs hand in as JSON: read by the same rules as the page's form, every mistake named with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import request
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from wtforms import ValidationError

from intake.actions.submitting import Declared, Letter
from intake.submit.forms import SendForm
from intake.web.forms import FileTooLarge, cleaned, own_name, refuse_file, shown_name
from intake.web.language import page_language, prefer_language
from intake.web.problems import Problem, ProblemCode
from intake.wording import languages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake.domain.calls import Call, Rules

KEY_CHARACTERS: Final = 64
"""Longest name a program may give a submission or a file."""

SIGNED_AT_ONCE: Final = 100
"""Most links signed at once."""

_TEXTS: Final = ("given_name", "family_name", "role", "organisation", "organisation_kind", "email", "language")
_CONSENTS: Final = ("consent_gallery", "consent_social", "consent_download")
MOST_BYTES: Final = 2**53
"""Beyond it JSON's numbers are not exact in every program, and no file is that large."""

# What a picker says of a file it does not know.
_UNKNOWN_TYPES: Final = ("", "application/octet-stream")


def read_body() -> Mapping[str, Any]:
    """Return the JSON object that this request carries.

    Raises:
        BadRequest: It is no JSON.
        UnsupportedMediaType: It says that it is something else.
        Problem: It is JSON, and not an object.
    """
    try:
        untrusted = request.get_json()
    except RecursionError as error:
        raise BadRequest from error
    if not isinstance(untrusted, dict):
        raise _invalid({"": [_("Qui serve un oggetto JSON.")]})
    return untrusted


def read_letter(call: Call, untrusted: Mapping[str, Any]) -> Letter:
    """Read everything a program hands in beside the bytes.

    Raises:
        Problem: Something is missing or wrong; every mistake is named.
    """
    language = untrusted.get("language")
    prefer_language(language if language in languages() else page_language())
    mistakes = _mistaken_types(untrusted)
    form = _AnnouncedForm.of(call, untrusted)
    if not form.validate():
        # What has the wrong type looks empty to the form.
        mistakes = {_place(call, name): sentences for name, sentences in form.errors.items()} | mistakes
    file = _File(call.rules, untrusted.get("file"))
    _require(mistakes | file.mistakes, is_too_large=file.is_too_large and not mistakes)
    return form.letter_about(file.declared())


def read_file(rules: Rules, untrusted: Mapping[str, Any]) -> Declared:
    """Read what a program says of a file.

    Raises:
        Problem: Something is missing or wrong; every mistake is named.
    """
    file = _File(rules, untrusted.get("file"))
    _require(file.mistakes, is_too_large=file.is_too_large)
    return file.declared()


def read_part_numbers(untrusted: Mapping[str, Any]) -> list[int]:
    """Read which parts links are asked for.

    Raises:
        Problem: It is no list of 1 to `SIGNED_AT_ONCE` whole numbers.
    """
    numbers = untrusted.get("part_numbers")
    if not isinstance(numbers, list) or not all(_is_whole(number) for number in numbers):
        raise _invalid({"/part_numbers": [_("Qui serve un elenco di numeri interi.")]})
    if not 1 <= len(numbers) <= SIGNED_AT_ONCE:
        raise _invalid({"/part_numbers": [_("Da 1 a %(most)d parti alla volta.", most=SIGNED_AT_ONCE)]})
    return sorted(set(numbers))


def read_key() -> str | None:
    """Return the program's own name for what it asks for.

    Raises:
        Problem: It is longer than `KEY_CHARACTERS`, or empty.
    """
    untrusted = request.headers.get("Idempotency-Key")
    if untrusted is None:
        return None
    key = cleaned(untrusted)
    if not 1 <= len(key) <= KEY_CHARACTERS:
        sentence = _("Idempotency-Key: da 1 a %(most)d caratteri.", most=KEY_CHARACTERS)
        raise Problem(ProblemCode.INVALID, errors=[{"header": "Idempotency-Key", "detail": str(sentence)}])
    return key


class _AnnouncedForm(SendForm):
    """The page's form, filled in by a program; its file is only announced."""

    video = None
    submission_key = None

    def __init__(self, call: Call, untrusted: Mapping[str, Any]) -> None:
        texts = {name: untrusted[name] for name in _TEXTS if isinstance(untrusted.get(name), str)}
        boxes = {name: "y" for name in _CONSENTS if untrusted.get(name) is True}
        super().__init__(call, formdata=MultiDict(texts | boxes | _chosen(untrusted)), meta={"csrf": False})

    def letter_about(self, file: Declared) -> Letter:
        """Return everything, with the program's own key."""
        return Letter(sender=self.sender(), answers=self.answers(), file=file, submission_key=read_key())


class _File:
    """What a program says of a file, and what is wrong with that."""

    def __init__(self, rules: Rules, untrusted: object) -> None:
        self.mistakes: dict[str, list[Any]] = {}
        self.is_too_large = False
        said = untrusted if isinstance(untrusted, dict) else {}
        self._name: Any = said.get("name")
        self._size_bytes: Any = said.get("size_bytes")
        self._type: Any = said.get("type") or ""
        self._fingerprint: Any = said.get("fingerprint")
        if not isinstance(untrusted, dict):
            self.mistakes["/file"] = [_("Scegli il video da mandare.")]
            return
        self._check_types()
        if not self.mistakes:
            self._check(rules)

    def declared(self) -> Declared:
        """Return it, when nothing is wrong."""
        fingerprint = cleaned(self._fingerprint) or None
        return Declared(
            name=shown_name(self._name), size_bytes=self._size_bytes, fingerprint=fingerprint, comes_in_parts=True
        )

    def _check_types(self) -> None:
        if not isinstance(self._name, str):
            self.mistakes["/file/name"] = [_("Qui serve un testo.")]
        if not _is_whole(self._size_bytes) or not 0 <= self._size_bytes < MOST_BYTES:
            self.mistakes["/file/size_bytes"] = [_("Qui serve un numero intero.")]
        if not isinstance(self._type, str):
            self.mistakes["/file/type"] = [_("Qui serve un testo.")]
        if self._fingerprint is not None and not isinstance(self._fingerprint, str):
            self.mistakes["/file/fingerprint"] = [_("Qui serve un testo.")]
        elif len(self._fingerprint or "") > KEY_CHARACTERS:
            self.mistakes["/file/fingerprint"] = [_("Al massimo %(max)d caratteri.", max=KEY_CHARACTERS)]

    def _check(self, rules: Rules) -> None:
        if self._type not in _UNKNOWN_TYPES and not self._type.lower().startswith("video/"):
            self.mistakes["/file/type"] = [_("Questo file non è un video.")]
        try:
            refuse_file(rules, self._name, self._size_bytes)
        except FileTooLarge as error:
            self.is_too_large = True
            self.mistakes["/file/size_bytes"] = [error]
        except ValidationError as error:
            self.mistakes["/file"] = [error]


def _mistaken_types(untrusted: Mapping[str, Any]) -> dict[str, list[Any]]:
    texts = [name for name in _TEXTS if not isinstance(untrusted.get(name), str | None)]
    boxes = [name for name in _CONSENTS if not isinstance(untrusted.get(name), bool | None)]
    return {f"/{name}": [_("Qui serve un testo.")] for name in texts} | {
        f"/{name}": [_("Qui serve true o false.")] for name in boxes
    }


def _chosen(untrusted: Mapping[str, Any]) -> dict[str, str]:
    choices = untrusted.get("choices")
    said = choices if isinstance(choices, dict) else {}
    return {own_name(name): value for name, value in said.items() if isinstance(value, str)}


def _place(call: Call, name: str) -> str:
    """Where in the body the program said what the form calls *name*."""
    places = {own_name(field.name): f"/choices/{field.name}" for field in call.fields}
    return places.get(name, f"/{name}")


def _is_whole(untrusted: object) -> bool:
    # JSON's true is an int to Python.
    return isinstance(untrusted, int) and not isinstance(untrusted, bool)


def _require(mistakes: Mapping[str, list[Any]], *, is_too_large: bool) -> None:
    if mistakes:
        raise _invalid(mistakes, ProblemCode.TOO_LARGE if is_too_large else ProblemCode.INVALID)


def _invalid(mistakes: Mapping[str, list[Any]], code: ProblemCode = ProblemCode.INVALID) -> Problem:
    # Places as RFC 9457 writes them: JSON pointers in a URI fragment.
    errors = [{"pointer": f"#{place}", "detail": str(sentences[0])} for place, sentences in sorted(mistakes.items())]
    return Problem(code, errors=errors)
