"""What watches the service knows it: dashboard and alerts ask for what `/_metrics` tells, and for all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from prometheus_client.parser import text_string_to_metric_families

from intake.actions import heartbeats
from intake.app import create_app
from intake.db.engine import writing
from intake.domain.checks import CheckCode
from intake.domain.jobs import JobKind, Queue
from intake.domain.states import State
from intake.domain.tallies import Nudge
from intake.web.health import conditions
from tests.monitoring.questions import expressions, rules
from tests.servers import PROJECT

if TYPE_CHECKING:
    from intake.wiring import Services

OPERATING: Final = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")

NAME: Final = re.compile(r"\bintake_[a-z_]+")
MATCHER: Final = re.compile(r'(\w+)=~?"([^"$]+)"')


def told(services: Services) -> set[str]:
    """The name of every number that `/_metrics` tells when all processes live."""
    with writing(services.engine) as connection:
        heartbeats.beat(connection, heartbeats.DISPATCHER, {"redis": True})
        heartbeats.beat(connection, heartbeats.worker(Queue.QUICK), {"sandbox": "landlock"})
        for done in (heartbeats.BACKUP, heartbeats.TOMBSTONES):
            heartbeats.beat(connection, done, {})
    client = create_app(services).test_client()
    client.get("/_health")
    families = text_string_to_metric_families(client.get("/_metrics").text)
    return {sample.name for family in families for sample in family.samples if not sample.name.endswith("_created")}


def family_of(name: str) -> str:
    return re.sub(r"_(bucket|sum|count)$", "", name)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_asked_for_is_told_and_what_is_told_is_asked_for(services_on_each: Services) -> None:
    names = told(services_on_each)

    asked = {name for expression in expressions() for name in NAME.findall(expression)}

    assert asked - names == set()
    assert {family_of(name) for name in names} - {family_of(name) for name in asked} == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_labels_are_asked_for_by_values_that_there_are(services_on_each: Services) -> None:
    known = {
        "state": {*State, "ready", "postponed", "leased", "dead"},
        "kind": set(JobKind),
        "queue": set(Queue),
        "code": set(CheckCode),
        "cause": set(Nudge),
        "part": set(conditions(services_on_each)),
        "process": {heartbeats.DISPATCHER, *map(heartbeats.worker, Queue)},
    }

    asked = [pair for expression in expressions() for pair in MATCHER.findall(expression) if pair[0] in known]

    assert asked
    assert [pair for pair in asked if not any(re.fullmatch(pair[1], value) for value in known[pair[0]])] == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_the_matter_and_what_to_read(rule: dict[str, Any]) -> None:
    document, section = rule["annotations"]["runbook"].split(", ", 1)

    assert rule["for"]
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["annotations"]["summary"]
    assert document == "docs/operating.md"
    assert f"\n## {section}\n" in OPERATING


@pytest.mark.parametrize(
    "rule",
    [rule for rule in rules() if rule["annotations"]["runbook"].endswith("Watching")],
    ids=lambda rule: rule["alert"],
)
def test_an_alert_that_no_other_section_explains_is_explained_where_it_says(rule: dict[str, Any]) -> None:
    assert f"`{rule['alert']}`" in OPERATING
