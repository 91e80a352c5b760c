"""What makes captions readable, how they move onto a cut clip's clock, and what is read as a transcript."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.captions import (
    MAX_LINE_CHARACTERS,
    MAX_LINES,
    Advice,
    Cue,
    Word,
    advice_on,
    balanced,
    cues_of,
    cues_within,
    paragraphs_of,
    transcript,
    wrapped,
)


def a_cue(start_ms: int = 1000, end_ms: int = 4000, text: str = "Mi chiamo Anna Rossi.") -> Cue:
    return Cue(start_ms=start_ms, end_ms=end_ms, text=text)


def words(text: str, *, start_ms: int = 0, each_ms: int = 300) -> list[Word]:
    return [
        Word(start_ms=start_ms + at * each_ms, end_ms=start_ms + (at + 1) * each_ms, text=word)
        for at, word in enumerate(text.split())
    ]


class TestAdvice:
    def test_a_caption_that_can_be_read_needs_none(self) -> None:
        assert advice_on(a_cue()) == ()

    @pytest.mark.parametrize(
        ("cue", "advice"),
        [
            (a_cue(text="uno\ndue\ntre"), Advice.TOO_MANY_LINES),
            (a_cue(text="x" * 38), Advice.LINE_TOO_LONG),
            (a_cue(end_ms=2000, text="diciotto lettere!!"), Advice.TOO_FAST),
            (a_cue(end_ms=1500, text="Sì."), Advice.TOO_BRIEF),
        ],
        ids=str,
    )
    def test_says_what_makes_it_hard_to_read(self, cue: Cue, advice: Advice) -> None:
        assert advice_on(cue) == (advice,)

    def test_a_line_of_37_and_17_characters_a_second_are_fine(self) -> None:
        assert advice_on(a_cue(text="x" * 37)) == ()
        assert advice_on(a_cue(end_ms=2000, text="x" * 17)) == ()


class TestWrapping:
    def test_leaves_alone_what_fits(self) -> None:
        cue = a_cue(text="Noi siamo\nl'officina Rossi.")

        assert wrapped(cue) == cue

    def test_breaks_a_long_line_into_two_of_much_the_same_length(self) -> None:
        cue = a_cue(text="Da tre anni ripariamo biciclette con i ragazzi.")

        assert wrapped(cue).lines == ["Da tre anni ripariamo", "biciclette con i ragazzi."]

    @given(st.lists(st.text("abcdefghil", min_size=1, max_size=30), min_size=1, max_size=40))
    def test_loses_no_word_and_makes_no_line_too_long(self, spoken: list[str]) -> None:
        lines = balanced(" ".join(spoken))

        assert " ".join(lines).split() == spoken
        assert max(map(len, lines)) <= MAX_LINE_CHARACTERS


class TestCutting:
    CUES = (a_cue(0, 2000, "uno"), a_cue(2000, 5000, "due"), a_cue(6000, 9000, "tre"))

    def test_moves_captions_onto_the_clock_of_what_is_shown(self) -> None:
        assert cues_within(self.CUES, 2.0, 20.0) == (a_cue(0, 3000, "due"), a_cue(4000, 7000, "tre"))

    def test_cuts_a_caption_at_the_edge(self) -> None:
        assert cues_within(self.CUES, 1.5, 6.25) == (
            a_cue(0, 500, "uno"),
            a_cue(500, 3500, "due"),
            a_cue(4500, 4750, "tre"),
        )

    def test_leaves_out_what_is_cut_off(self) -> None:
        assert cues_within(self.CUES, 5.0, 6.0) == ()

    def test_the_whole_clip_changes_nothing(self) -> None:
        assert cues_within(self.CUES, 0, 9.0) == self.CUES


class TestTranscript:
    def test_is_one_paragraph_where_nobody_pauses(self) -> None:
        assert transcript([a_cue(0, 2000, "Mi chiamo\nAnna."), a_cue(2000, 3000, "Sono qui.")]) == (
            "Mi chiamo Anna. Sono qui.",
        )

    def test_begins_a_paragraph_after_a_pause_that_ends_a_sentence(self) -> None:
        cues = [a_cue(0, 2000, "Mi chiamo"), a_cue(5000, 6000, "Anna."), a_cue(9000, 9500, "Ecco.")]

        assert transcript(cues) == ("Mi chiamo Anna.", "Ecco.")

    def test_a_paragraph_begins_when_its_first_caption_does(self) -> None:
        cues = [a_cue(500, 2000, "Mi chiamo"), a_cue(2500, 4000, "Anna."), a_cue(9000, 9500, "Ecco.")]

        assert [(paragraph.start_ms, paragraph.text) for paragraph in paragraphs_of(cues)] == [
            (500, "Mi chiamo Anna."),
            (9000, "Ecco."),
        ]

    def test_of_nothing_is_nothing(self) -> None:
        assert transcript([]) == ()


class TestDrafts:
    def test_a_breath_begins_a_new_caption(self) -> None:
        heard = [*words("Mi chiamo Anna"), *words("sono titolare", start_ms=2000)]

        assert [(cue.start_ms, cue.text) for cue in cues_of(heard)] == [(0, "Mi chiamo Anna"), (2000, "sono titolare")]

    def test_long_speech_is_cut_into_captions_that_fit(self) -> None:
        cues = cues_of(words("parola " * 60))

        assert max(len(cue.lines) for cue in cues) <= MAX_LINES
        assert " ".join(" ".join(cue.lines) for cue in cues).split() == ["parola"] * 60

    @given(
        st.lists(
            st.builds(
                Word,
                start_ms=st.integers(0, 20_000),
                end_ms=st.integers(0, 20_000),
                text=st.text("ab .", max_size=50),
            ),
            max_size=60,
        )
    )
    def test_whatever_a_machine_says_captions_follow_each_other(self, heard: list[Word]) -> None:
        cues = cues_of(heard)

        assert all(cue.start_ms < cue.end_ms and cue.text for cue in cues)
        assert all(before.end_ms <= after.start_ms for before, after in pairwise(cues))
