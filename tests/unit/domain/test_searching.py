"""Which words a search looks for."""

from __future__ import annotations

import pytest

from intake.domain.searching import search_terms


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("  Nicolò  ROSSI ", ("nicolo", "rossi")),
        ("D'Amico", ("amico",)),
        ("anna.rossi@example.org", ("anna", "rossi")),
        ("@anna", ("anna",)),
        ("\0 % _ “” '", ()),
        ("aa bb cc dd ee ff gg", ("aa", "bb", "cc", "dd", "ee", "ff")),
        ("a", ()),
        ("J. Rossi", ("rossi",)),
        ("Li", ("li",)),
        ("x" * 500, ("x" * 100,)),
        ("Željka", ("zeljka",)),
    ],
)
def test_a_search_is_for_words_without_marks(typed: str, terms: tuple[str, ...]) -> None:
    assert search_terms(typed) == terms


def test_the_shortest_word_that_counts_can_be_chosen() -> None:
    assert search_terms("a 5G", min_letters=1) == ("a", "5g")
