"""Files of captions: what is read, what is refused and in which line, and that nothing written is read otherwise."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intake.domain.captions import MAX_CUES, Cue
from intake.domain.webvtt import (
    MAX_BYTES,
    MAX_PROBLEMS,
    BadCaptions,
    Mistake,
    Problem,
    clock,
    decoded,
    read_any,
    read_srt,
    read_webvtt,
    tidy,
    write_webvtt,
)

ANNA = Cue(start_ms=1000, end_ms=3500, text="Mi chiamo Anna Rossi.")
ROLE = Cue(start_ms=3500, end_ms=6000, text="Sono la titolare\ndell'officina.")


def mistakes(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(BadCaptions) as refused:
        read_any(text)
    return refused.value.mistakes


class TestReading:
    def test_takes_the_shortest_file(self) -> None:
        assert read_webvtt("WEBVTT") == ()

    def test_takes_an_empty_text_for_no_captions(self) -> None:
        assert read_webvtt(" \n\n") == ()

    def test_takes_times_with_and_without_hours(self) -> None:
        text = (
            "WEBVTT - di Anna\nKind: captions\n\n00:01.000 --> 00:03.500\nMi chiamo Anna Rossi.\n\n"
            "due\n00:00:03.500 --> 00:00:06.000 line:80% align:start\nSono la titolare\ndell'officina.\n"
        )

        assert read_webvtt(text) == (ANNA, ROLE)

    def test_leaves_out_notes_and_styles(self) -> None:
        unsaid = "STYLE\n::cue { color: red }\n\nNOTE\nda rivedere"
        text = f"WEBVTT\n\n{unsaid}\n\n00:01.000 --> 00:03.500\nMi chiamo Anna Rossi."

        assert read_webvtt(text) == (ANNA,)

    def test_leaves_out_a_caption_without_words(self) -> None:
        assert read_webvtt("WEBVTT\n\n00:01.000 --> 00:03.500\n<b> </b>\n") == ()

    def test_reads_escapes_and_leaves_out_tags(self) -> None:
        (cue,) = read_webvtt("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>A &lt; B &amp; <i>C</i>, 3 < 4</v>\n")

        assert cue.text == "A < B & C, 3 < 4"

    @pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
    def test_takes_every_kind_of_line_end(self, ending: str) -> None:
        assert read_any(write_webvtt([ANNA, ROLE]).replace("\n", ending)) == (ANNA, ROLE)

    def test_takes_subrip(self) -> None:
        text = (
            "1\n00:00:01,000 --> 00:00:03,500\nMi chiamo Anna Rossi.\n\n"
            "2\n00:00:03,500 --> 00:00:06,000\n<font color=red>Sono la titolare</font>\ndell'officina.\n"
        )

        assert read_any(text) == read_srt(text) == (ANNA, ROLE)


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "problem", "line"),
        [
            ("Ciao a tutti", Problem.NO_SIGNATURE, 1),
            ("WEBVTTX\n\n", Problem.NO_SIGNATURE, 1),
            ("WEBVTT\n\n\nMi chiamo Anna.\n", Problem.NO_TIMES, 4),
            ("WEBVTT\n\n00:01 --> 00:02.000\nx", Problem.BAD_TIME, 3),
            ("WEBVTT\n\n00:01.000 -->\nx", Problem.BAD_TIME, 3),
            ("WEBVTT\n\nuno\n00:61.000 --> 01:02.000\nx", Problem.BAD_TIME, 4),
            ("WEBVTT\n\n9999:00:00.000 --> 9999:00:01.000\nx", Problem.BAD_TIME, 3),
            ("WEBVTT\n\n00:02.000 --> 00:02.000\nx", Problem.ENDS_BEFORE_START, 3),
            ("WEBVTT\n\n00:01.000 --> 00:03.000\nx\n\n00:02.000 --> 00:04.000\ny", Problem.OUT_OF_ORDER, 6),
            ("WEBVTT\n\n00:01.000 --> 00:03.000\nx\n00:03.000 --> 00:04.000\ny", Problem.NO_GAP, 5),
            (f"WEBVTT\n\n00:01.000 --> 00:03.000\n{'x ' * 400}", Problem.TEXT_TOO_LONG, 4),
            (f"WEBVTT\n\n{'x' * MAX_BYTES}", Problem.TOO_LARGE, 1),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_are_told_with_their_line(self, text: str, problem: Problem, line: int) -> None:
        assert mistakes(text) == (Mistake(problem=problem, line=line),)

    def test_are_told_all_at_once(self) -> None:
        text = "WEBVTT\n\n00:02.000 --> 00:01.000\nx\n\nniente\n\n00:03.000 --> 00:04.000\ny\n"

        assert [mistake.line for mistake in mistakes(text)] == [3, 6]

    def test_are_told_twenty_at_a_time(self) -> None:
        assert len(mistakes("WEBVTT\n\n" + "niente\n\n" * 100)) == MAX_PROBLEMS

    def test_too_many_captions_are_one(self) -> None:
        cues = [Cue(start_ms=at, end_ms=at + 1, text="x") for at in range(MAX_CUES + 5)]

        assert [mistake.problem for mistake in mistakes(write_webvtt(cues))] == [Problem.TOO_MANY]


class TestDecoding:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_takes_what_editors_write(self, encoding: str) -> None:
        assert decoded("Perché no?".encode(encoding)) == "Perché no?"

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b"\x00\x00\x00\x18ftypmp42", Problem.NOT_TEXT),
            (b"\xff\xfe\x00", Problem.NOT_TEXT),
            (b"x" * (MAX_BYTES + 1), Problem.TOO_LARGE),
        ],
        ids=["a video", "half a character", "a heap"],
    )
    def test_refuses_what_is_no_text(self, content: bytes, problem: Problem) -> None:
        with pytest.raises(BadCaptions) as refused:
            decoded(content)

        assert [mistake.problem for mistake in refused.value.mistakes] == [problem]


class TestWriting:
    def test_writes_what_players_read(self) -> None:
        cue = Cue(start_ms=3_723_004, end_ms=3_724_000, text="A <b> & C --> D")

        assert write_webvtt([cue]) == ("WEBVTT\n\n01:02:03.004 --> 01:02:04.000\nA &lt;b&gt; &amp; C --&gt; D\n")

    def test_a_time_has_hours_and_milliseconds(self) -> None:
        assert clock(61_005) == "00:01:01.005"

    @given(st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 5000), st.text(max_size=60)), max_size=20))
    @example([(0, 1, "-->"), (0, 1, "NOTE x"), (0, 1, "&amp;<b>"), (0, 1, "\u200de\u0301\u00ad\u0301")])
    def test_what_was_written_is_read_again(self, drawn: list[tuple[int, int, str]]) -> None:
        cues, at_ms = [], 0
        for gap_ms, shown_ms, text in drawn:
            cues.append(Cue(start_ms=at_ms + gap_ms, end_ms=at_ms + gap_ms + shown_ms, text=tidy(text)))
            at_ms = cues[-1].end_ms

        written = write_webvtt(cues)

        assert read_webvtt(written) == tuple(cue for cue in cues if cue.text)
        assert write_webvtt(read_webvtt(written)) == write_webvtt(cue for cue in cues if cue.text)


LINES = st.sampled_from(
    ["WEBVTT", "", "1", "NOTE x", "STYLE", "-->", "00:01.000 --> 00:02.000", "00:00:02,000 --> 00:00:03,000"]
)


@given(st.one_of(st.text(), st.lists(st.one_of(LINES, st.text(max_size=20))).map("\n".join)))
def test_whatever_is_typed_is_captions_in_order_or_a_list_of_mistakes(text: str) -> None:
    with suppress(BadCaptions):
        cues = read_any(text)

        assert all(0 <= cue.start_ms < cue.end_ms and cue.text == tidy(cue.text) != "" for cue in cues)
        assert all(before.end_ms <= after.start_ms for before, after in pairwise(cues))


@given(st.binary(max_size=300))
def test_whatever_is_uploaded_is_text_or_refused(content: bytes) -> None:
    with suppress(BadCaptions):
        read_any(decoded(content))
