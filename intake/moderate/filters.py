"""The only place that reads from an address what the queue shows, says it in words, and makes such addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from babel.core import Locale, UnknownLocaleError
from flask_babel import gettext as _

from intake import wording
from intake.db.desk import Place, Wanted
from intake.domain.desk import SoundVerdict
from intake.domain.searching import MAX_SEARCH_CHARACTERS, search_terms
from intake.domain.spoken import SPOKEN_LANGUAGES
from intake.domain.states import State
from intake.domain.submissions import SubmissionId
from intake.wording.desk import VERDICTS
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from intake.domain.calls import Call, LocalText

ANY: Final = "any"
"""The state of whoever does not care for the state."""

_CONSENTS: Final[dict[str, tuple[str, dict[str, bool]]]] = {
    "gallery": (N_("galleria sì"), {"has_gallery": True}),
    "social": (N_("social sì"), {"has_social": True}),
    "missing": (N_("manca per la galleria"), {"has_gallery": False}),
}
_WAITING: Final = {"48": N_("più di 48 ore"), "168": N_("più di una settimana")}
_ORDERS: Final = {"newest": N_("prima i più recenti")}

NAMES: Final = ("state", "call", "kind", "verdict", "consent", "language", "waiting", "order", "q")
"""The arguments of an address that make a view."""

_PLACE_MARK: Final = "~"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What one filter may be set to.

    Attributes:
        language: Of the label: a call need not speak the page's.
    """

    value: str
    label: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One filter of the form.

    Attributes:
        everything: What it says where it keeps nothing out.
        chosen: None where it keeps nothing out.
    """

    name: str
    label: str
    everything: str
    choices: tuple[Choice, ...]
    chosen: Choice | None


@dataclass(frozen=True, kw_only=True)
class Active:
    """A filter that is set, in words, and the arguments of the address without it."""

    label: str
    value: str
    without: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class SavedView:
    """A view that many want, as a link."""

    label: str
    arguments: dict[str, str]
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class View:
    """What an address asks the queue for.

    Attributes:
        arguments: Of the address of this very view, from its first page on; all of them make sense.
        after: Where its page begins.
        search: What was typed, whether or not it can be searched for.
        ignored: What the address asks for besides, which means nothing.
    """

    wanted: Wanted
    arguments: dict[str, str]
    after: Place | None
    filters: tuple[Filter, ...]
    search: str
    active: tuple[Active, ...]
    ignored: tuple[str, ...]

    @property
    def is_search_too_short(self) -> bool:
        """Whether something was typed that nothing can be found by."""
        return bool(self.search) and "q" not in self.arguments

    @property
    def state(self) -> State | None:
        """The one state it shows; None for all of them."""
        return self.wanted.states[0] if len(self.wanted.states) == 1 else None

    @property
    def title(self) -> str:
        """What is shown, in a line."""
        return " · ".join(f"{one.label}: {one.value}" if one.label else one.value for one in self.active)


def read_view(untrusted: Mapping[str, str], calls: Iterable[Call], *, now: datetime, language: str) -> View:
    """Read what an address asks for. What makes no sense is noted, and changes nothing."""
    filters = tuple(_filters(untrusted, list(calls), language))
    chosen = {one.name: one.chosen.value for one in filters if one.chosen}
    search = untrusted.get("q", "").strip()[:MAX_SEARCH_CHARACTERS]
    arguments = chosen | ({"q": search} if search_terms(search) else {})
    after = _place(untrusted.get("after", ""))
    return View(
        wanted=_wanted(arguments, now),
        arguments=arguments,
        after=after,
        filters=filters,
        search=search,
        active=tuple(_active(filters, arguments, language)),
        ignored=tuple(_ignored(untrusted, arguments, after)),
    )


def address_of(place: Place) -> str:
    """Write a place in the list into an address."""
    return f"{place.moved_at.isoformat()}{_PLACE_MARK}{place.submission_id}"


def saved_views(view: View) -> list[SavedView]:
    """Return the views that many want."""
    return [
        SavedView(label=label, arguments=arguments, is_current=arguments == view.arguments)
        for label, arguments in (
            (_("Da vedere"), {}),
            (_("Avvisi sull'audio"), {"verdict": SoundVerdict.WARNED.value}),
            (_("In attesa da più di 48 ore"), {"waiting": "48"}),
            (_("Anche per i social"), {"consent": "social"}),
            (_("Ultimi pubblicati"), {"state": State.PUBLISHED.value, "order": "newest"}),
            (_("Tutti, dal più recente"), {"state": ANY, "order": "newest"}),
        )
    ]


def _filters(untrusted: Mapping[str, str], calls: list[Call], language: str) -> Iterator[Filter]:
    def said(words: Mapping[str, str]) -> dict[str, str]:
        return {value: wording.say(word, language) for value, word in words.items()}

    states = {state.value: wording.state_name(state, language) for state in State if state is not State.AWAITING_REVIEW}
    kinds: dict[str, str | LocalText] = {kind.value: kind.label for call in calls for kind in call.organisation_kinds}
    titles: dict[str, str | LocalText] = {str(call.slug): call.title for call in calls}
    spoken = {spoken: _language_name(spoken, language) for spoken in SPOKEN_LANGUAGES}
    waiting = wording.state_name(State.AWAITING_REVIEW, language)
    for name, label, everything, choices in (
        ("state", _("Stato"), waiting, {ANY: _("tutti gli stati")} | states),
        ("call", _("Invito"), _("tutti"), titles),
        ("kind", _("Tipo di organizzazione"), _("tutti"), kinds),
        ("verdict", _("Audio"), _("tutti"), said({key: VERDICTS[key] for key in SoundVerdict})),
        ("consent", _("Consenso"), _("tutti"), said({key: label for key, (label, _rest) in _CONSENTS.items()})),
        ("language", _("Lingua"), _("tutte"), spoken),
        ("waiting", _("In attesa da"), _("qualunque tempo"), said(_WAITING)),
        ("order", _("Ordine"), _("prima chi aspetta da più tempo"), said(_ORDERS)),
    ):
        wanted = untrusted.get(name, "")
        offered = {value: _choice(value, words, language) for value, words in choices.items()}
        yield Filter(
            name=name,
            label=label,
            everything=everything,
            choices=tuple(offered.values()),
            chosen=offered.get(wanted),
        )


def _choice(value: str, words: str | LocalText, language: str) -> Choice:
    if isinstance(words, str):
        return Choice(value=value, label=words, language=language)
    return Choice(value=value, label=words.in_language(language), language=words.language_for(language))


def _language_name(code: str, language: str) -> str:
    try:
        return Locale.parse(code).get_language_name(language) or code
    except (UnknownLocaleError, ValueError):
        return code


def _wanted(arguments: Mapping[str, str], now: datetime) -> Wanted:
    state = arguments.get("state", State.AWAITING_REVIEW.value)
    consent: dict[str, Any] = dict(_CONSENTS[arguments["consent"]][1]) if "consent" in arguments else {}
    return Wanted(
        states=tuple(State) if state == ANY else (State(state),),
        call_slug=arguments.get("call"),
        kind=arguments.get("kind"),
        language=arguments.get("language"),
        verdict=SoundVerdict(arguments["verdict"]) if "verdict" in arguments else None,
        moved_before=now - timedelta(hours=int(arguments["waiting"])) if "waiting" in arguments else None,
        words=search_terms(arguments.get("q", "")),
        is_newest_first="order" in arguments,
        **consent,
    )


def _active(filters: Iterable[Filter], arguments: dict[str, str], language: str) -> Iterator[Active]:
    def without(name: str) -> dict[str, str]:
        return {other: value for other, value in arguments.items() if other != name}

    if "state" not in arguments:
        yield Active(label="", value=wording.state_name(State.AWAITING_REVIEW, language), without=arguments)
    for one in filters:
        if one.chosen:
            label = "" if one.name in {"state", "order"} else one.label
            yield Active(label=label, value=one.chosen.label, without=without(one.name))
    if "q" in arguments:
        yield Active(label=_("Cerca"), value=f"«{arguments['q']}»", without=without("q"))


def _place(untrusted: str) -> Place | None:
    moment, _mark, submission_id = untrusted.partition(_PLACE_MARK)
    try:
        moved_at = datetime.fromisoformat(moment).astimezone(UTC)
        return Place(moved_at=moved_at, submission_id=SubmissionId(str(UUID(submission_id))))
    except (ValueError, OverflowError):
        return None


def _ignored(untrusted: Mapping[str, str], arguments: Mapping[str, str], after: Place | None) -> Iterator[str]:
    known = set(arguments) | {"lang", "q"} | ({"after"} if after else set())
    for name, value in untrusted.items():
        if name not in known and value.strip():
            yield f"{name}={value}"[:MAX_SEARCH_CHARACTERS]
