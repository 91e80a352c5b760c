"""The only place that tells what was measured: on the screen, as JSON in `results/`, and between README's markers.

Nobody copies a figure by hand, so none drifts. What was not measured but multiplied bears a `≈` and its factor.

    python -m bench.tables      writes README's tables anew from results/*.json
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.measuring import Cost

FOLDER: Final = Path(__file__).parent
RESULTS: Final = FOLDER / "results"
README: Final = FOLDER / "README.md"
BEGIN: Final = "<!-- tables: written by python -m bench.tables -->"
END: Final = "<!-- end of tables -->"

ORDER: Final = (
    *("ready_for_review", "growth", "sound_verdict", "worker", "sending", "desk", "gallery"),
    *("page_speed", "public_pages", "peers_table"),
    *("scale_workers", "scale_rows", "scale_neighbours"),
)
"""Of the reports in README."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The median of several runs, and the least and the most of them."""

    median: float
    least: float
    most: float
    runs: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Sum up the figures of one run each."""
        figures = list(values)
        return cls(median=median(figures), least=min(figures), most=max(figures), runs=len(figures))

    def times(self, factor: float) -> Spread:
        """Return what this would be *factor* times over."""
        return replace(self, median=self.median * factor, least=self.least * factor, most=self.most * factor)

    def __str__(self) -> str:
        if self.runs == 1:
            return _figure(self.median)
        return f"{_figure(self.median)} ({_figure(self.least)}–{_figure(self.most)})"


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one piece of work took on one clip.

    Attributes:
        peak_pss_bytes: None where it was not sampled.
        factor: Other than 1, nothing was measured on this clip: the figures are those of another, so many times over.
    """

    clip: str
    work: str
    cpu_s: Spread
    wall_s: Spread
    made_bytes: float
    peak_pss_bytes: float | None = None
    factor: float = 1

    @classmethod
    def of(cls, clip: str, work: str, costs: Sequence[Cost]) -> Self:
        """Sum up several runs."""
        peaks = [cost.peak_pss_bytes for cost in costs if cost.peak_pss_bytes is not None]
        return cls(
            clip=clip,
            work=work,
            cpu_s=Spread.of(cost.cpu_s for cost in costs),
            wall_s=Spread.of(cost.wall_s for cost in costs),
            made_bytes=median(cost.made_bytes for cost in costs),
            peak_pss_bytes=max(peaks, default=None),
        )

    def stretched(self, clip: str, factor: float) -> Line:
        """Return what another *clip* would take if it takes *factor* times as much. Memory does not grow."""
        return replace(
            self,
            clip=clip,
            cpu_s=self.cpu_s.times(factor),
            wall_s=self.wall_s.times(factor),
            made_bytes=self.made_bytes * factor,
            peak_pss_bytes=None,
            factor=factor,
        )


@dataclass(frozen=True, kw_only=True)
class Target:
    """A figure that has a limit, or is told beside those that do."""

    name: str
    measured: Spread
    at_most: float | None = None

    @property
    def is_missed(self) -> bool:
        """Whether it is above its limit."""
        return self.at_most is not None and self.measured.median > self.at_most


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What the figures were measured on.

    Attributes:
        load: Processes at work when the program began: above a tenth of the cores, times by the clock say little.
    """

    name: str
    load: float

    @classmethod
    def here(cls) -> Self:
        """Describe this machine; to be asked before the work begins."""
        return cls(name=f"{os.cpu_count()} × {platform.machine()}", load=round(os.getloadavg()[0], 2))


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one program measured.

    Attributes:
        name: The program's, unless *program* says what else is to be typed after `python -m bench.`.
        notes: What a reader must know to trust the figures.
    """

    name: str
    title: str
    machine: Machine
    targets: tuple[Target, ...]
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    program: str | None = None

    @property
    def is_missed(self) -> bool:
        """Whether one of the limits is not kept."""
        return any(target.is_missed for target in self.targets)


def publish(report: Report) -> int:
    """Print a report, keep it as JSON, and return the program's exit code: 1 where a limit is not kept."""
    print(in_words(report))
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(asdict(report), indent=2, ensure_ascii=False)
    (RESULTS / f"{report.name}.json").write_text(text + "\n", encoding="utf-8")
    return 1 if report.is_missed else 0


def read(document: Mapping[str, Any]) -> Report:
    """Return the report that was kept as *document*."""
    lines = [
        Line(**{**line, "cpu_s": Spread(**line["cpu_s"]), "wall_s": Spread(**line["wall_s"])})
        for line in document["lines"]
    ]
    targets = [Target(**{**target, "measured": Spread(**target["measured"])}) for target in document["targets"]]
    return Report(
        name=document["name"],
        title=document["title"],
        machine=Machine(**document["machine"]),
        targets=tuple(targets),
        lines=tuple(lines),
        notes=tuple(document["notes"]),
        program=document.get("program"),
    )


def in_words(report: Report) -> str:
    """Write a report as Markdown that is good to read on a screen, too."""
    where = f"on {report.machine.name}, load {report.machine.load} before."
    parts = [f"### {report.title}", f"`python -m bench.{report.program or report.name}` {where}", *report.notes]
    if report.lines:
        parts.append(_table(("clip", "work", "CPU s", "×", "wall s", "memory MB", "made MB", "runs"), _costs(report)))
    parts.append(_table(("figure", "measured", "at most", ""), [_target(target) for target in report.targets]))
    return "\n\n".join(parts) + "\n"


def _costs(report: Report) -> list[tuple[str, ...]]:
    firsts: dict[str, Line] = {}
    return [_cost(line, firsts.setdefault(line.clip, line)) for line in report.lines]


def _cost(line: Line, first: Line) -> tuple[str, ...]:
    sign = "" if line.factor == 1 else "≈ "
    ratio_sign = "" if line.factor == first.factor == 1 else "≈ "
    return (
        line.clip if line is first else "",
        line.work,
        f"{sign}{line.cpu_s}",
        f"{ratio_sign}{_figure(line.cpu_s.median / first.cpu_s.median)}",
        f"{sign}{line.wall_s}",
        "–" if line.peak_pss_bytes is None else _figure(line.peak_pss_bytes / 1e6),
        f"{sign}{_figure(line.made_bytes / 1e6)}",
        str(line.cpu_s.runs) if line.factor == 1 else f"none: × {line.factor:.3g}",
    )


def _target(target: Target) -> tuple[str, ...]:
    if target.at_most is None:
        return (target.name, str(target.measured), "–", "")
    return (target.name, str(target.measured), _figure(target.at_most), "MISSED" if target.is_missed else "met")


def _figure(value: float) -> str:
    """Write a number with three digits that count."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (head, rule, *rows)
    )


def with_tables(page: str, reports: Iterable[Report]) -> str:
    """Return the *page* with everything between its markers written anew."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return "\n\n".join([before + BEGIN, *(in_words(report).strip() for report in reports), END + after])


def main() -> None:
    """Write README's tables anew."""
    paths = [RESULTS / f"{name}.json" for name in ORDER]
    reports = [read(json.loads(path.read_text(encoding="utf-8"))) for path in paths if path.is_file()]
    README.write_text(with_tables(README.read_text(encoding="utf-8"), reports), encoding="utf-8")


if __name__ == "__main__":
    main()
