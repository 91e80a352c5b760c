"""Rules about the code itself: every kind has its step, every state its way, every table its migration."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import deque
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from intake.db import desk_tables, gallery_tables
from intake.db.engine import make_engine, reading
from intake.db.migrate import migrate
from intake.db.tables import metadata
from intake.domain.jobs import JOB_RULES, MAKERS, JobKind
from intake.domain.states import FINAL, LEGAL_MOVES, State
from workers.steps import STEPS

PROJECT = Path(__file__).parents[2]
MODULES = sorted(
    path
    for room in ("intake", "workers", "bench", "deploy")
    for path in (PROJECT / room).rglob("*.py")
    if "node_modules" not in path.parts
)
MAX_MODULE_LINES = 300

MAY_CATCH_EVERYTHING = {"workers/run_job.py", "workers/dispatcher.py"}


def test_every_kind_of_job_has_a_step_and_a_rule() -> None:
    assert set(STEPS) == set(JobKind) == set(JOB_RULES)


def test_a_job_that_makes_files_is_shown_to_a_human_when_it_dies() -> None:
    assert {kind for kind, rule in JOB_RULES.items() if rule.needs_operator} == MAKERS


def test_every_state_can_be_reached_from_the_first() -> None:
    reached, waiting = {State.UPLOADING}, deque([State.UPLOADING])
    while waiting:
        new = LEGAL_MOVES[waiting.popleft()] - reached
        reached |= new
        waiting.extend(new)

    assert reached == set(State)


def test_a_sender_can_withdraw_from_everywhere_but_the_end() -> None:
    assert {state for state in State if State.WITHDRAWN in LEGAL_MOVES[state]} == set(State) - FINAL


def test_the_migrations_end_at_the_tables(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)

    migrate(engine)
    migrate(engine)

    with reading(engine) as connection:
        # What finds words is each database's own.
        search_indexes = (desk_tables.SEARCH_INDEX, gallery_tables.SEARCH_INDEX)
        known = {"include_name": lambda name, *_: not (name or "").startswith(search_indexes)}
        differences = compare_metadata(MigrationContext.configure(connection, opts=known), metadata)
    engine.dispose()
    assert differences == []


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(PROJECT))) for path in MODULES])
def test_no_module_is_too_long_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_MODULE_LINES


def test_only_the_appointed_places_catch_everything() -> None:
    catching = {
        str(path.relative_to(PROJECT))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    }

    assert catching == MAY_CATCH_EVERYTHING


def test_the_arrows_point_down() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    lint = subprocess.run([linter, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False)

    assert lint.returncode == 0, lint.stdout


@pytest.mark.parametrize("room", ["unit", "integration", "browser", "faults", "architecture", "frontend", "fakes"])
def test_the_rooms_of_the_tests_are_used(room: str) -> None:
    assert any((PROJECT / "tests" / room).rglob("*.py"))
