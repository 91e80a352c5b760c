"""What catalogues of public software read about us keeps the rules of their format.

No package checks them, so the rules that matter are written down here.
Source: yml.publiccode.tools, "The Standard (core)" and "List of software categories".
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from intake import wording
from tests.servers import PROJECT

ABOUT = yaml.safe_load((PROJECT / "publiccode.yml").read_text(encoding="utf-8"))
MANDATORY = {
    "publiccodeYmlVersion",
    "name",
    "url",
    "platforms",
    "categories",
    "developmentStatus",
    "softwareType",
    "description",
    "legal",
    "maintenance",
    "localisation",
}
OPTIONAL = {"releaseDate", "softwareVersion", "dependsOn"}
# Of the vocabulary, what may be said of us.
CATEGORIES = {
    "communications",
    "content-management",
    "data-collection",
    "digital-asset-management",
    "digital-citizenship",
    "workflow-management",
}


def test_it_has_every_section_and_none_that_is_unknown() -> None:
    assert set(ABOUT) >= MANDATORY
    assert set(ABOUT) <= MANDATORY | OPTIONAL


def test_its_choices_are_from_the_vocabularies() -> None:
    assert set(ABOUT["categories"]) <= CATEGORIES
    assert ABOUT["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert ABOUT["softwareType"] == "standalone/web"
    assert ABOUT["maintenance"]["type"] in {"internal", "contract", "community", "none"}
    assert date.fromisoformat(ABOUT["releaseDate"])


@pytest.mark.parametrize("language", ["it", "en"])
def test_it_describes_us_at_the_length_that_is_asked_for(language: str) -> None:
    described: dict[str, Any] = ABOUT["description"][language]

    assert len(described["shortDescription"]) <= 150
    assert "\n" not in described["shortDescription"]
    assert 150 <= len(described["longDescription"]) <= 10_000
    assert 5 <= len(described["features"]) <= 20


def test_it_says_who_may_use_it_and_in_which_languages() -> None:
    assert ABOUT["legal"]["license"] == "EUPL-1.2"
    assert ABOUT["localisation"] == {"localisationReady": True, "availableLanguages": [*wording.languages()]}
    assert all(contact["name"] for contact in ABOUT["maintenance"]["contacts"])
    assert all(needed["name"] for needed in ABOUT["dependsOn"]["open"])
