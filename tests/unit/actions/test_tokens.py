"""A sender's secret: made, hashed, sealed, opened."""

from __future__ import annotations

import base64
import math
import re

import pytest
from cryptography.fernet import InvalidToken

from intake.actions import tokens
from intake.domain.submissions import Token

KEY = "for tests only, and longer than thirty-two characters"
OTHER_KEY = "another one, also longer than thirty-two characters"


def test_a_secret_holds_more_random_bits_than_the_contract_asks_for() -> None:
    token = tokens.mint()

    assert len(base64.urlsafe_b64decode(token)) * 8 >= 128


def test_no_two_secrets_are_alike() -> None:
    assert len({tokens.mint() for _ in range(1000)}) == 1000


def test_the_characters_of_secrets_are_spread_evenly() -> None:
    characters = "".join(tokens.mint() for _ in range(2000))

    shares = [characters.count(one) / len(characters) for one in set(characters)]
    entropy_bits = -sum(share * math.log2(share) for share in shares)
    assert entropy_bits > 5.99


def test_a_secret_fits_into_an_address() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", tokens.mint())


def test_a_secret_is_looked_up_by_a_hash_that_does_not_show_it() -> None:
    assert tokens.hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_sealed_secret_can_be_opened_with_the_same_key() -> None:
    token = tokens.mint()

    assert tokens.unseal(tokens.seal(token, KEY), KEY) == token


def test_a_sealed_secret_shows_nothing_and_never_looks_the_same() -> None:
    token = Token("a secret of a sender")

    first, second = tokens.seal(token, KEY), tokens.seal(token, KEY)

    assert first != second
    assert base64.urlsafe_b64decode(first).find(token.encode()) == -1


def test_a_sealed_secret_stays_shut_under_another_key() -> None:
    sealed = tokens.seal(tokens.mint(), KEY)

    with pytest.raises(InvalidToken):
        tokens.unseal(sealed, OTHER_KEY)


def test_a_sealed_secret_that_was_changed_stays_shut() -> None:
    sealed = tokens.seal(tokens.mint(), KEY)

    with pytest.raises(InvalidToken):
        tokens.unseal(sealed[:-4] + "AAA=", KEY)
