"""The figures' page and their table to take away."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from flask import render_template, request
from flask_babel import gettext as _

from intake import wording
from intake.db import figures as numbers
from intake.db import queries
from intake.db.engine import reading
from intake.domain.checks import CheckCode
from intake.domain.figures import EVERY_CALL, OTHER_REASON, VIEWED, Measure, week_of, week_of_day
from intake.domain.states import State
from intake.moderate.access import MODERATOR, may
from intake.moderate.answers import private
from intake.moderate.figures import plots
from intake.moderate.figures.tables import spreadsheet
from intake.web.language import page_language
from intake.web.services import services
from intake.wording.advice import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from intake.db.figures import Figure
    from intake.domain.calls import Call
    from intake.moderate.figures.plots import Draw, Plot

    Series = dict[tuple[Measure, str], dict[date, float]]

_USUAL_WEEKS: Final = 26
_MOST_WEEKS: Final = 260
_WEEK: Final = timedelta(days=7)

_STATES: Final = (
    State.PUBLISHED,
    State.APPROVED,
    State.AWAITING_REVIEW,
    State.REDO_REQUESTED,
    State.DECLINED,
    State.REFUSED,
    State.WITHDRAWN,
)
"""In the order of the columns; what is left counts as other."""

_OTHER: Final = "other"


@dataclass(frozen=True, kw_only=True)
class Period:
    """What the page shows: a call, or all of them, and from which week to which."""

    call: Call | None
    calls: tuple[Call, ...]
    first: date
    last: date

    @property
    def slug(self) -> str:
        """Under which the figures stand."""
        return self.call.slug if self.call else EVERY_CALL

    @property
    def weeks(self) -> list[date]:
        """Every week of it."""
        count = (self.last - self.first).days // 7 + 1
        return [self.first + _WEEK * number for number in range(count)]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawing with its title, what it says in a sentence, its series' names, and the same as a table in words."""

    id: str
    title: str
    says: str
    plot: Plot
    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Counts side by side, the largest first: each with its share of the largest, in percent."""

    id: str
    title: str
    rows: tuple[tuple[str, int, int], ...]


def figures() -> ResponseReturnValue:
    """Show the figures of a call and a period."""
    period = _period()
    with reading(services().engine) as connection:
        found = numbers.figures(connection, period.slug, period.first, period.last)
    return private(
        render_template(
            "moderate/figures.html",
            period=period,
            charts=_charts(period, found),
            rankings=_rankings(period, found),
            total=int(sum(each.value for each in found if each.measure is Measure.STATE)),
            decided=int(sum(each.value for each in found if each.measure is Measure.DECISION)),
            width=plots.WIDTH,
            height=plots.HEIGHT,
            may_export=may(MODERATOR),
        )
    )


def download_figures() -> ResponseReturnValue:
    """Hand out the figures of a call and a period as a table: a line for each number."""
    period = _period()
    with reading(services().engine) as connection:
        found = numbers.figures(connection, period.slug, period.first, period.last)
    head = (_("settimana"), _("invito"), _("misura"), _("voce"), _("valore"))
    rows = ((each.week.isoformat(), period.slug, each.measure, each.part, each.value) for each in found)
    return spreadsheet("figures.csv", [head], rows)


def _period() -> Period:
    with reading(services().engine) as connection:
        calls = tuple(queries.all_calls(connection))
    today = week_of(services().clock())
    last = week_start(request.args.get("to"), today)
    first = min(week_start(request.args.get("from"), last - _WEEK * (_USUAL_WEEKS - 1)), last)
    first = max(first, last - _WEEK * (_MOST_WEEKS - 1))
    wanted = request.args.get("call")
    return Period(call=next((call for call in calls if call.slug == wanted), None), calls=calls, first=first, last=last)


def week_start(typed: str | None, default: date) -> date:
    """Return the Monday of the week of a date that somebody typed; *default* where it is none."""
    try:
        day = date.fromisoformat(typed or "")
    except ValueError:
        return default
    return week_of_day(day) if date(2000, 1, 1) <= day <= date(2999, 1, 1) else default


def _charts(period: Period, found: Iterable[Figure]) -> list[Chart]:
    series = _by_week(found)
    charts = [_received(period, series), _waiting(period, series), *_sound(period, series)]
    return [*charts, _views(period, series)] if services().settings.views_log else charts


def _by_week(found: Iterable[Figure]) -> Series:
    """Return each measure's parts, week by week; states that have no colour of their own are one part."""
    series: Series = defaultdict(dict)
    for each in found:
        known = each.measure is not Measure.STATE or each.part in _STATES
        of_part = series[each.measure, each.part if known else _OTHER]
        of_part[each.week] = of_part.get(each.week, 0) + each.value
    return series


def _received(period: Period, series: Series) -> Chart:
    language = page_language()
    names = {state.value: wording.state_name(state, language) for state in State} | {_OTHER: _("altro")}
    shown = [part for part in (*(state.value for state in _STATES), _OTHER) if series.get((Measure.STATE, part))]
    said = (_("Video arrivati, per settimana"), _("Ogni colonna è una settimana; i colori dicono dove sono ora."))
    return _chart(
        period, "received", said, plots.stacked, [(names[part], series[Measure.STATE, part]) for part in shown]
    )


def _waiting(period: Period, series: Series) -> Chart:
    said = (
        _("Attesa fino alla decisione, in ore"),
        _("Metà dei video aspetta meno della mediana, nove su dieci meno del 90º percentile."),
    )
    parts = [
        (_("mediana"), series[Measure.WAITING, "median"]),
        (_("90º percentile"), series[Measure.WAITING, "p90"]),
    ]
    return _chart(period, "waiting", said, plots.lines, parts, decimals=1)


def _sound(period: Period, series: Series) -> list[Chart]:
    good = _share(series[Measure.SOUND, "good"], series[Measure.SOUND, "warned"])
    quiet = (_("Audio senza avvisi, in percento"), _("Quanti dei video ascoltati non hanno avvisi sull'audio."))
    noise = (
        _("Voce sopra il rumore, in dB"),
        _("La mediana della settimana: più è alta, meglio si capisce. Sotto 18 dB il rumore disturba."),
    )
    loudness = (
        _("Volume, in LUFS"),
        _("La mediana della settimana di quello che arriva: più è vicina a zero, più è forte."),
    )
    over_noise, loud = (series[Measure.LEVELS, name] for name in ("speech_to_noise_db", "integrated_lufs"))
    return [
        _chart(period, "sound", quiet, plots.lines, [(_("senza avvisi"), good)]),
        _chart(period, "noise", noise, plots.lines, [(_("mediana"), over_noise)], decimals=1),
        _chart(period, "loudness", loudness, plots.lines, [(_("mediana"), loud)], decimals=1),
    ]


def _views(period: Period, series: Series) -> Chart:
    said = (
        _("Quante volte i video sono stati avviati"),
        _("Per settimana, dal registro del server: conta gli avvii, non chi guarda."),
    )
    return _chart(period, "views", said, plots.stacked, [(_("avvii"), series[Measure.VIEWS, VIEWED])])


def _chart(  # noqa: PLR0913 - a chart is all of this
    period: Period,
    id_: str,
    said: tuple[str, str],
    draw: Draw,
    series: Sequence[tuple[str, Mapping[date, float]]],
    *,
    decimals: int = 0,
) -> Chart:
    weeks, language = period.weeks, page_language()
    values = [each for _name, each in series]
    return Chart(
        id=id_,
        title=said[0],
        says=said[1],
        plot=draw(weeks, values),
        names=tuple(name for name, _each in series),
        rows=tuple(
            (wording.day(week, language), tuple(_cell(each.get(week), decimals, language) for each in values))
            for week in weeks
            if any(week in each for each in values)
        ),
    )


def _cell(value: float | None, decimals: int, language: str) -> str:
    # Written here and not by the template's filters, which ask for the page's language at each of a thousand cells.
    return "–" if value is None else wording.number(round(value, decimals), language)


def _share(good: Mapping[date, float], warned: Mapping[date, float]) -> dict[date, float]:
    weeks = set(good) | set(warned)
    return {week: 100 * good.get(week, 0) / (good.get(week, 0) + warned.get(week, 0)) for week in weeks}


def _rankings(period: Period, found: Sequence[Figure]) -> list[Ranking]:
    language = page_language()
    checks = {code.value: wording.say(CHECKS[code], language) for code in CheckCode}
    decisions = {state.value: wording.state_name(state, language) for state in State}
    kinds = {
        kind.value: kind.label.in_language(language)
        for call in ((period.call,) if period.call else period.calls)
        for kind in call.organisation_kinds
    }
    wanted: tuple[tuple[Measure, str, Mapping[str, str]], ...] = (
        (Measure.DECISION, _("Decisioni"), decisions),
        (Measure.CHECK, _("Perché il controllo automatico rifiuta"), checks),
        (Measure.REASON, _("Motivi dati"), _reasons(period, language)),
        (Measure.KIND, _("Tipi di organizzazione"), kinds),
        (Measure.LANGUAGE, _("Lingue"), {code: wording.language_name(code, language) for code in wording.languages()}),
    )
    return [_ranking(measure, title, names, found) for measure, title, names in wanted]


def _reasons(period: Period, language: str) -> dict[str, str]:
    calls = (period.call,) if period.call else period.calls
    canned = {reason.code: reason.label.in_language(language) for call in calls for reason in call.reasons}
    return canned | {OTHER_REASON: _("scritto per l'occasione")}


def _ranking(measure: Measure, title: str, names: Mapping[str, str], found: Iterable[Figure]) -> Ranking:
    counts: dict[str, float] = defaultdict(float)
    for each in found:
        if each.measure is measure:
            counts[names.get(each.part, each.part)] += each.value
    most = max(counts.values(), default=1)
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return Ranking(
        id=measure.value,
        title=title,
        rows=tuple((name, int(count), round(100 * count / most)) for name, count in ordered),
    )
