"""One id goes from the proxy through the web process and the job to ffmpeg, and every line is JSON."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
import redis
import requests

from intake.domain.states import State
from tests.faults import stories
from tests.faults.sender import Sender
from tests.faults.system import System
from tests.media_factory import a_landscape_clip
from tests.proxy import proxy_before
from tests.servers import free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.wiring import Services
    from tests.servers import Server

GIVEN = "0123456789abcdef0123456789abcdef"
HOSTILE = ["x", "0123456789ABCDEF'\"", "a" * 37, "0123456789abcdef\\u0000", "anna.rossi@example.org"]


@pytest.fixture
def system(
    services: Services, environ: dict[str, str], redis_server: tuple[str, Server], tmp_path: Path
) -> Iterator[System]:
    settings = environ | {"REDIS_URL": redis_server[0], "HINT_S": "0.2", "TRUSTED_PROXIES": "1"}
    running = System(settings | {"DATA_DIR": str(services.settings.data_dir)}, tmp_path)
    yield running
    running.stop()


def lines_of(*servers: Server) -> list[dict[str, Any]]:
    """Everything that was logged; fails at the first line that is not JSON."""
    return [json.loads(line) for server in servers for line in server.output.splitlines()]


def connected(redis_url: str) -> bool:
    """Whether a worker waits for messages."""
    return any("BRPOP" in str(client["cmd"]).upper() for client in redis.Redis.from_url(redis_url).client_list())


def events_under(request_id: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line.get("request_id") == request_id]


def test_one_id_from_the_proxy_to_ffmpeg(services: Services, system: System, storage: str, tmp_path: Path) -> None:
    web_url, web = system.web()
    dispatcher, worker = system.dispatcher(), system.worker()
    clip = a_landscape_clip(tmp_path, duration_s=11, size="320x240", rate=5)

    with proxy_before(web_url, storage, tmp_path, media=free_port()) as proxy:
        receipt = Sender(proxy.url).send(clip).history[0]
        wait_until(lambda: stories.only_submission(services).state is State.AWAITING_REVIEW, what="the verdict")
        wait_until(lambda: '"mail_sent"' in worker.output, what="the receipt's mail")
        wait_until(lambda: receipt.headers["X-Request-ID"] in proxy.server.output, what="the proxy's line")
        lines = lines_of(proxy.server, web, dispatcher, worker)

    mine = events_under(receipt.headers["X-Request-ID"], lines)
    assert [line["event"] for line in mine][:2] == ["request_answered", "submission_received"]
    assert (mine[0]["path"], mine[0]["status"]) == ("/calls", "303")
    assert {line["tool"] for line in mine if line["event"] == "tool_ran"} == {"ffprobe", "ffmpeg"}
    assert {line["job_id"] for line in mine if line["event"] == "tool_ran"} == {
        line["job_id"] for line in mine if line["event"] == "job_finished" and line["kind"] == "inspect"
    }
    assert {"mail_sent", "job_finished"} <= {line["event"] for line in mine}


def test_an_id_that_a_proxy_gave_is_kept_and_told(system: System, storage: str, tmp_path: Path) -> None:
    web_url, web = system.web()

    with proxy_before(web_url, storage, tmp_path, media=free_port()) as proxy:
        answers = [
            requests.get(f"{proxy.url}/nowhere", headers={"X-Request-ID": given}, timeout=20)
            for given in (GIVEN, *HOSTILE)
        ]
        kept = requests.get(f"{proxy.url}/robots.txt", headers={"X-Request-ID": GIVEN}, timeout=20)
        wait_until(lambda: proxy.server.output.count("request_answered") >= 7, what="the proxy's lines")
        lines = lines_of(proxy.server, web)

    told = [answer.headers["X-Request-ID"] for answer in answers]
    assert told[0] == kept.headers["X-Request-ID"] == GIVEN
    assert GIVEN[:12] in answers[0].text
    assert set(told).isdisjoint(HOSTILE)
    assert len(set(told)) == len(told)
    assert {line["request_id"] for line in lines if line["event"] == "request_answered"} >= set(told)


def test_the_web_process_takes_no_other_name_either(system: System) -> None:
    web_url, _ = system.web()

    answers = [requests.get(web_url, headers={"X-Request-ID": given}, timeout=20) for given in (GIVEN, *HOSTILE)]

    told = [answer.headers["X-Request-ID"] for answer in answers]
    assert told[0] == GIVEN
    assert set(told).isdisjoint(HOSTILE)


def test_processes_of_one_server_count_together(system: System) -> None:
    web_url, _ = system.web(workers=2)

    for _ in range(20):
        requests.get(f"{web_url}/_health", timeout=20)
    counted = [requests.get(f"{web_url}/_metrics", timeout=20).text for _ in range(4)]

    # What asked whether it had started counts too.
    numbers = [float(line.split()[-1]) for text in counted for line in text.splitlines() if 'route="/_health",' in line]
    assert len(set(numbers)) == 1
    assert numbers[0] > 20


def test_what_the_servers_say_themselves_is_json_and_names_no_address(
    system: System, redis_server: tuple[str, Server]
) -> None:
    web_url, web = system.web()
    worker = system.worker()
    wait_until(lambda: connected(redis_server[0]), what="the worker's start")

    with socket.create_connection(("127.0.0.1", int(web_url.rpartition(":")[2])), timeout=10) as line:
        line.sendall(b"GET /submissions/a-secret HTTP/9.9\r\n\r\n")
        answer = line.recv(100)
    redis_server[1].kill()
    wait_until(lambda: "Trying again" in worker.output, what="the worker's word about Redis")
    lines = lines_of(web, worker)

    assert answer.startswith(b"HTTP/1.1 400")
    assert {str(line["logger"]).partition(".")[0] for line in lines if "logger" in line} >= {"gunicorn", "celery"}
    assert not any(told in web.output for told in ("a-secret", "127.0.0.1"))
