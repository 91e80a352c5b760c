"""A real Prometheus, set up as the handbook says, hears the service and can answer what dashboard and alerts ask."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest
import requests
import yaml

from intake.web.health import conditions
from tests.monitoring.questions import MONITORING, expressions, rules
from tests.servers import PROJECT, answers, free_port, serving, wait_until
from tests.serving import at_its_own_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.wiring import Services

TOKEN: Final = "a token that the tests bear"
TIMEOUT_S: Final = 10


@pytest.fixture
def served(services: Services) -> Iterator[Services]:
    """A public service that tells its numbers to whoever bears the token, at its own address."""
    with at_its_own_address(services, metrics_token=TOKEN) as parts:
        yield parts


@pytest.fixture
def prometheus(served: Services, tmp_path: Path) -> Iterator[str]:
    """The address of a Prometheus with our example of a configuration, which asks each second."""
    told = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))
    (tmp_path / "token").write_text(TOKEN)
    (scrape,) = told["scrape_configs"]
    scrape["authorization"]["credentials_file"] = str(tmp_path / "token")
    scrape["static_configs"] = [{"targets": [served.settings.public_url.removeprefix("http://")]}]
    scrape |= {"scheme": "http", "scrape_interval": "1s", "scrape_timeout": "1s"}
    told |= {"global": {"evaluation_interval": "1s"}, "rule_files": [str(MONITORING / "alerts.yml")]}
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(told))
    url = f"http://127.0.0.1:{free_port()}"
    argv = ["prometheus", f"--config.file={tmp_path / 'prometheus.yml'}", f"--storage.tsdb.path={tmp_path / 'data'}"]
    argv += [f"--web.listen-address={url.removeprefix('http://')}"]
    with serving(argv, environ=os.environ, log=tmp_path / "prometheus.log") as server:
        wait_until(lambda: answers(f"{url}/-/ready") or server.process.poll() is not None, what="Prometheus's start")
        assert server.process.poll() is None, server.output
        yield url


def answer_of(prometheus: str, path: str, **query: str) -> Any:  # noqa: ANN401 - as Prometheus answers
    answer = requests.get(f"{prometheus}/api/v1/{path}", params=query, timeout=TIMEOUT_S)
    assert answer.json()["status"] == "success", (query, answer.text)
    return answer.json()["data"]


def test_it_hears_us_and_can_answer_every_question(served: Services, prometheus: str) -> None:
    up = "intake_part_up"
    wait_until(lambda: answer_of(prometheus, "query", query=up)["result"], what="the first answer")

    parts = answer_of(prometheus, "query", query=f"min by (part) ({up})")["result"]
    questions = [expression.replace("$__rate_interval", "1m") for expression in expressions()]
    answered = [answer_of(prometheus, "query", query=question) for question in questions]

    assert {row["metric"]["part"] for row in parts} == set(conditions(served))
    assert len(answered) == len(questions)


def test_it_takes_every_alert(prometheus: str) -> None:
    def taken() -> list[dict[str, Any]]:
        return [rule for group in answer_of(prometheus, "rules")["groups"] for rule in group["rules"]]

    wait_until(lambda: all(rule["health"] != "unknown" for rule in taken()), what="the first look at every rule")

    assert {(rule["name"], rule["health"], rule.get("lastError")) for rule in taken()} == {
        (rule["alert"], "ok", None) for rule in rules()
    }


def test_alerts_fire_when_they_should_and_only_then() -> None:
    tried = subprocess.run(
        ["promtool", "test", "rules", "alerts.test.yml"],
        cwd=PROJECT / "tests" / "monitoring",
        capture_output=True,
        text=True,
        check=False,
    )

    assert tried.returncode == 0, tried.stdout + tried.stderr
