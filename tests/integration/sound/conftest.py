"""The rules by which sound is judged, and the speech it is made of."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from intake.domain.calls import Rules, read_call

SHIPPED = Path(__file__).parents[3] / "intake" / "calls" / "pistoia2030.toml"


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The rules of the Pistoia2030 call."""
    return read_call(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))).rules
