"""The two ways to start the system hold the same processes, and between them every queue is consumed."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from honcho.environ import parse_procfile

from intake.domain.jobs import Queue
from intake.embedded import ports

ROOT: Final = Path(__file__).parents[2]

COMPOSE_NAMES: Final = {
    "setup": "init",
    "web": "web",
    "dispatcher": "dispatcher",
    "quick": "worker-quick",
    "heavy": "worker-heavy",
    "redis": "redis",
    "storage": "storage",
}
"""The Procfile's name of each process, and its name in docker-compose.yml."""

ONLY_IN_COMPOSE: Final = {"database", "proxy"}
ONLY_EMBEDDED: Final = {"demo"}

VERSION: Final = re.compile(r":\d+[.\d]*(-[a-z]+)?$")
"""A tag that does not move to another major version by itself."""


AN_OPERATOR_S: Final = {
    "ASR_MODELS": "/srv/models",
    "PUBLIC_URL": "https://video.example.org",
    "S3_PUBLIC_URL": "https://media.example.org",
    "S3_ENDPOINT_URL": "https://s3.example.org",
}
"""What an operator's .env holds."""

OTHER_SHAPES: Final = [
    ("deploy/tls.yml",),
    ("deploy/tls.yml", "deploy/acme.yml"),
    ("compose.external.yml",),
    ("deploy/tls.yml", "deploy/acme.yml", "compose.external.yml"),
    ("compose.external.yml", "deploy/tls.yml"),
    ("deploy/bubblewrap.yml",),
    ("deploy/asr.yml", "deploy/views.yml"),
]


COMPOSE_FILES: Final = ("docker-compose.yml", "compose.external.yml", "deploy/asr.yml", "deploy/views.yml")
"""Where an environment is given to containers."""

ONLY_IN_THE_IMAGE: Final = {"DATA_DIR", "PORT"}


@cache
def composed(*beside: str) -> dict[str, Any]:
    """What docker-compose.yml comes to with the files *beside* it."""
    compose = Path(sys.executable).parent / "docker-compose"
    files = [word for name in ("docker-compose.yml", *beside) for word in ("--file", str(ROOT / name))]
    command = [str(compose), *files, "config", "--format", "json"]
    environ = {**os.environ, **AN_OPERATOR_S}
    resolved = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environ)
    assert resolved.returncode == 0, resolved.stderr
    model: dict[str, Any] = json.loads(resolved.stdout)
    return model


def compose_services(*beside: str) -> dict[str, Any]:
    """Its services."""
    services: dict[str, Any] = composed(*beside)["services"]
    return services


def published(services: dict[str, Any]) -> dict[str, set[str]]:
    """Which ports of this machine lead to whom."""
    return {
        name: {port["published"] for port in service["ports"]}
        for name, service in services.items()
        if service.get("ports")
    }


@cache
def procfile() -> dict[str, str]:
    return dict(parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8")).processes)


def words(service: str) -> list[str]:
    return list(compose_services()[service].get("command") or [])


def consumed_queues(command: list[str]) -> set[str]:
    text = " ".join(command)
    found = re.search(r"--queues[= ](\S+)", text)
    return set(found[1].split(",")) if found else set()


def test_compose_has_every_process_of_the_design() -> None:
    assert set(compose_services()) == set(COMPOSE_NAMES.values()) | ONLY_IN_COMPOSE


def test_procfile_has_every_process_of_the_design() -> None:
    assert set(procfile()) == set(COMPOSE_NAMES) | ONLY_EMBEDDED


def test_compose_consumes_every_queue() -> None:
    consumed = {queue for name in compose_services() for queue in consumed_queues(words(name))}

    assert consumed == {queue.value for queue in Queue}


def test_procfile_consumes_every_queue() -> None:
    consumed = {queue for command in procfile().values() for queue in consumed_queues(shlex.split(command))}

    assert consumed == {queue.value for queue in Queue}


@pytest.mark.parametrize("worker", ["quick", "heavy"])
def test_a_worker_runs_alike_in_both(worker: str) -> None:
    embedded = {word for word in shlex.split(procfile()[worker]) if word.startswith(("--pool", "--without"))}
    in_compose = {word for word in words(COMPOSE_NAMES[worker]) if word.startswith(("--without",))}

    assert in_compose <= embedded
    assert "--pool=prefork" in words(COMPOSE_NAMES[worker])
    assert "--pool prefork" in procfile()[worker]


@pytest.mark.parametrize("redis", ["embedded", "compose"])
def test_redis_never_evicts_a_message(redis: str) -> None:
    command = {"embedded": procfile()["redis"], "compose": " ".join(words("redis"))}[redis]

    assert "--maxmemory-policy noeviction" in command
    assert "--appendonly yes" in command


def test_both_start_the_storage_with_the_same_flags() -> None:
    mounted = {(mount.get("source"), mount["target"]) for mount in compose_services()["storage"]["volumes"]}

    assert procfile()["storage"] == "exec deploy/storage.sh"
    assert (str(ROOT / "deploy" / "storage.sh"), "/storage.sh") in mounted


def test_the_storage_listens_where_free_ports_are_looked_for() -> None:
    flags = (ROOT / "deploy" / "storage.sh").read_text(encoding="utf-8")

    listened = [int(port) for port in re.findall(r"[-.]port=\$\(\((\d+) \+ shift_by\)\)", flags)]

    assert tuple(listened) == ports.STORAGE_PORTS


@pytest.mark.parametrize("service", [*COMPOSE_NAMES.values(), *sorted(ONLY_IN_COMPOSE)])
def test_a_container_is_hardened(service: str) -> None:
    container = compose_services()[service]

    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["user"].split(":")[0] != "0"
    assert int(container["mem_limit"]) > 0
    assert int(container["pids_limit"]) > 0


def test_who_gets_certificates_is_hardened_as_the_others() -> None:
    container = compose_services("deploy/tls.yml", "deploy/acme.yml")["certificates"]
    proxy = compose_services()["proxy"]
    walls = ("read_only", "cap_drop", "security_opt", "user", "init", "restart", "logging")

    assert {wall: container[wall] for wall in walls} == {wall: proxy[wall] for wall in walls}
    assert int(container["mem_limit"]) > 0
    assert int(container["pids_limit"]) > 0


@pytest.mark.parametrize("beside", [(), *OTHER_SHAPES], ids=" ".join)
def test_an_image_is_built_here_or_has_a_version(beside: tuple[str, ...]) -> None:
    services = compose_services(*beside).values()

    drifting = {
        service["image"] for service in services if "build" not in service and not VERSION.search(service["image"])
    }

    assert drifting == set()


def test_an_encode_gives_way_to_a_verdict_and_both_to_a_page() -> None:
    shares = {name: int(compose_services()[name].get("cpu_shares") or 1024) for name in COMPOSE_NAMES.values()}

    assert shares["worker-heavy"] < shares["worker-quick"] < shares["web"]


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert published(compose_services()) == {"proxy": {"8080", "8333"}}


@pytest.mark.parametrize("beside", [shape for shape in OTHER_SHAPES if "deploy/tls.yml" in shape], ids=" ".join)
def test_with_tls_nothing_is_reached_without(beside: tuple[str, ...]) -> None:
    assert published(compose_services(*beside)) == {"proxy": {"80", "443"}}


def test_nothing_inside_reaches_the_world_but_the_proxy_and_who_sends_mails() -> None:
    services = compose_services()

    abroad = {name for name, service in services.items() if set(service["networks"]) != {"inside"}}

    assert composed()["networks"]["inside"]["internal"] is True
    assert abroad == {"proxy", "worker-quick"}


def test_with_servers_of_somebody_else_none_runs_here() -> None:
    services = compose_services("compose.external.yml")
    ours = {"proxy", "init", "web", "dispatcher", "worker-quick", "worker-heavy"}

    assert set(services) == ours
    assert {name for service in services.values() for name in service.get("depends_on", {})} <= ours
    assert not composed("compose.external.yml")["networks"]["inside"].get("internal")
    assert services["web"]["environment"]["S3_ENDPOINT_URL"] == "https://s3.example.org"
    assert services["web"]["environment"]["REDIS_URL_FILE"] == "/run/secrets/redis_url"


@pytest.mark.parametrize("worker", ["worker-quick", "worker-heavy"])
def test_docker_s_profiles_are_lifted_only_where_somebody_says_so(worker: str) -> None:
    lifted = compose_services("deploy/bubblewrap.yml")[worker]["security_opt"]

    assert set(lifted) == {
        "no-new-privileges:true",
        "seccomp=unconfined",
        "apparmor=unconfined",
        "systempaths=unconfined",
    }


@pytest.mark.parametrize("service", ["web", "dispatcher", "worker-quick", "worker-heavy"])
def test_nothing_starts_before_the_set_up_is_done(service: str) -> None:
    awaited = compose_services()[service]["depends_on"]

    assert awaited["init"]["condition"] == "service_completed_successfully"
    assert awaited["database"]["condition"] == "service_healthy"
    assert awaited["storage"]["condition"] == "service_healthy"


def test_whoever_waits_for_health_waits_for_a_service_that_tells_it() -> None:
    services = compose_services()

    awaited = {
        name
        for service in services.values()
        for name, wait in service.get("depends_on", {}).items()
        if wait["condition"] == "service_healthy"
    }

    assert {name for name in awaited if "healthcheck" not in services[name]} == set()


def test_no_secret_is_in_an_environment() -> None:
    names = {name for service in compose_services().values() for name in service.get("environment") or {}}

    secret = {"DATABASE_URL", "SECRET_KEY", "S3_ACCESS_KEY", "S3_SECRET_KEY", "POSTGRES_PASSWORD", "METRICS_TOKEN"}
    assert names.isdisjoint(secret)


def test_what_the_handbook_calls_a_setting_can_be_set() -> None:
    handbook = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (`[A-Z].*?) \|", handbook.partition("\n## Settings\n")[2].partition("\n## ")[0], re.MULTILINE
    )
    settings = {name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row)}
    compose = "".join((ROOT / name).read_text(encoding="utf-8") for name in COMPOSE_FILES)

    assert {name for name in settings if not re.search(rf"\b{name}(_FILE)?:", compose)} == ONLY_IN_THE_IMAGE


def test_the_pages_believe_the_proxy_and_nobody_before_it() -> None:
    proxy = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")

    assert compose_services()["web"]["environment"]["TRUSTED_PROXIES"] == "1"
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in proxy


def model_of(service: dict[str, Any]) -> str | None:
    """The folder in which a container looks for a speech model."""
    folder: str | None = service["environment"].get("ASR_MODEL_DIR")
    return folder


@pytest.mark.parametrize("name", ["web", "worker-quick", "worker-heavy"])
def test_no_machine_drafts_captions_unless_it_is_asked_to(name: str) -> None:
    service = compose_services()[name]

    assert model_of(service) is None
    assert "EDITION" not in service["build"]["args"]


@pytest.mark.parametrize("name", ["web", "worker-quick", "worker-heavy"])
def test_whoever_asks_for_drafts_knows_the_same_model(name: str) -> None:
    assert model_of(compose_services("deploy/asr.yml")[name]) == "/models/base"


@pytest.mark.parametrize("worker", ["worker-quick", "worker-heavy"])
def test_a_worker_with_a_model_cannot_change_it(worker: str) -> None:
    service = compose_services("deploy/asr.yml")[worker]

    mounted = {mount["target"]: mount for mount in service["volumes"]}

    assert mounted["/models"]["read_only"] is True
    assert "/data" in mounted
    assert service["build"]["args"]["EDITION"] == "asr"
    assert service["image"].endswith("-asr")


def test_every_edition_of_the_image_has_a_lock() -> None:
    default = re.search(r"ARG EDITION=(\w+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"))

    assert default
    assert (ROOT / "requirements" / f"{default[1]}.txt").is_file()
    assert (ROOT / "requirements" / "asr.txt").is_file()
