"""What the benchmarks tell is what they measured, and what they did not measure says so."""

from __future__ import annotations

import json
from dataclasses import asdict

from bench.measuring import Cost
from bench.tables import BEGIN, END, Line, Machine, Report, Spread, Target, in_words, read, with_tables


def costing(*cpu_s: float) -> list[Cost]:
    return [Cost(cpu_s=seconds, wall_s=2 * seconds, made_bytes=3_000_000) for seconds in cpu_s]


def a_report(*lines: Line, measured: float = 0.07) -> Report:
    target = Target(name="of a decode", measured=Spread.of([measured]), at_most=0.08)
    machine = Machine(name="2 × x86_64", load=0.1)
    return Report(name="growth", title="A title", machine=machine, lines=lines, targets=(target,))


def row_with(words: str, report: Report) -> list[str]:
    row = next(line for line in in_words(report).splitlines() if f"| {words} " in line)
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_of_several_runs_the_middle_one_counts() -> None:
    spread = Spread.of([9.0, 1.0, 2.0])

    assert (spread.median, spread.least, spread.most, spread.runs) == (2.0, 1.0, 9.0, 3)


def test_a_measured_line_tells_median_and_spread() -> None:
    line = Line.of("120 s", "ready", costing(2.0, 1.0, 4.0))

    assert row_with("120 s", a_report(line)) == ["120 s", "ready", "2 (1–4)", "1", "4 (2–8)", "–", "3", "3"]


def test_the_worst_memory_of_all_runs_is_told() -> None:
    costs = [Cost(cpu_s=1, wall_s=1, made_bytes=0, peak_pss_bytes=peak) for peak in (90_000_000, 120_000_000)]

    assert row_with("120 s", a_report(Line.of("120 s", "ready", costs)))[5] == "120"


def test_what_was_not_measured_is_marked_with_its_factor() -> None:
    line = Line.of("30 s", "MediaCMS", costing(400.0)).stretched("120 s", 4)

    assert row_with("120 s", a_report(line)) == [
        "120 s", "MediaCMS", "≈ 1600", "≈ 1", "≈ 3200", "–", "≈ 12", "none: × 4",
    ]  # fmt: skip


def test_a_line_is_compared_with_the_first_of_its_clip() -> None:
    report = a_report(
        Line.of("10 s", "ready", costing(1.0)),
        Line.of("60 s", "ready", costing(2.0)),
        Line.of("60 s", "floor", costing(1.0)),
    )

    assert row_with("floor", report)[3] == "0.5"


def test_a_comparison_with_what_was_not_measured_is_marked() -> None:
    report = a_report(
        Line.of("30 s", "ready", costing(1.0)).stretched("120 s", 4),
        Line.of("120 s", "floor", costing(2.0)),
    )

    assert row_with("floor", report)[2:4] == ["2", "≈ 0.5"]


def test_a_limit_that_is_not_kept_is_told() -> None:
    assert row_with("of a decode", a_report(measured=0.08))[-1] == "met"
    assert row_with("of a decode", a_report(measured=0.081))[-1] == "MISSED"


def test_a_report_comes_back_as_it_was_kept() -> None:
    report = a_report(Line.of("120 s", "ready", costing(2.0, 1.0)))

    assert read(json.loads(json.dumps(asdict(report)))) == report


def test_only_what_is_between_the_markers_is_written_anew() -> None:
    page = f"before\n\n{BEGIN}\n\nold tables\n\n{END}\nafter\n"

    written = with_tables(page, [a_report()])

    assert written.startswith(f"before\n\n{BEGIN}\n\n### A title\n")
    assert written.endswith(f"met |\n\n{END}\nafter\n")
    assert "old tables" not in written


def test_writing_the_same_tables_twice_changes_nothing() -> None:
    once = with_tables(f"{BEGIN}{END}", [a_report()])

    assert with_tables(once, [a_report()]) == once
