"""Staff by command: how the first of them comes in, and how somebody becomes an admin when none is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from intake import cli
from intake.app import create_app
from intake.db.engine import reading, writing
from intake.db.people_tables import roles, staff, staff_roles
from intake.domain.staff import StaffRole
from tests.integration.pages.conftest import log_in

if TYPE_CHECKING:
    from intake.wiring import Services

PASSWORD = "una frase lunga abbastanza"


@pytest.fixture
def run(services: Services, environ: dict[str, str]) -> CliRunner:
    assert services
    return CliRunner(env=environ)


def may_enter(services: Services, email: str) -> bool:
    """Whether the desk opens to whoever types this address and the password, and no more."""
    client = log_in(create_app(services).test_client(), email, PASSWORD)
    return client.get("/moderate/").status_code == 200


def role_of(services: Services, email: str) -> str | None:
    query = select(roles.c.name).select_from(staff).join(staff_roles).join(roles).where(staff.c.email == email)
    with reading(services.engine) as connection:
        return connection.scalar(query)


@pytest.mark.parametrize("role", [role.value for role in StaffRole])
def test_somebody_is_added_in_any_role(services: Services, run: CliRunner, role: str) -> None:
    argv = ["staff", "add", "chiara@example.org", "--role", role, "--password-stdin"]

    ended = run.invoke(cli.main, argv, input=f"{PASSWORD}\n")

    assert (ended.exit_code, role_of(services, "chiara@example.org")) == (0, role), ended.output


def test_whoever_is_added_without_a_role_moderates(services: Services, run: CliRunner) -> None:
    ended = run.invoke(cli.main, ["staff", "add", "chiara@example.org", "--password-stdin"], input=f"{PASSWORD}\n")

    assert (ended.exit_code, role_of(services, "chiara@example.org")) == (0, "moderator"), ended.output


def test_somebody_is_given_another_role(services: Services, run: CliRunner) -> None:
    run.invoke(cli.main, ["staff", "add", "chiara@example.org", "--password-stdin"], input=f"{PASSWORD}\n")

    ended = run.invoke(cli.main, ["staff", "role", "chiara@example.org", "admin"])

    assert (ended.exit_code, role_of(services, "chiara@example.org")) == (0, "admin"), ended.output


def test_whoever_lost_their_telephone_logs_in_by_the_password_alone(services: Services, run: CliRunner) -> None:
    run.invoke(cli.main, ["staff", "add", "chiara@example.org", "--password-stdin"], input=f"{PASSWORD}\n")
    with writing(services.engine) as connection:
        factor = {"tf_primary_method": "authenticator", "tf_totp_secret": "sealed"}
        connection.execute(update(staff).where(staff.c.email == "chiara@example.org").values(**factor))
    assert not may_enter(services, "chiara@example.org")

    ended = run.invoke(cli.main, ["staff", "forget-second-factor", "Chiara@example.org"])

    assert (ended.exit_code, may_enter(services, "chiara@example.org")) == (0, True), ended.output


@pytest.mark.parametrize(
    "command", [["role", "nobody@example.org", "admin"], ["forget-second-factor", "nobody@example.org"]]
)
def test_nobody_is_changed_who_is_not_on_the_staff(run: CliRunner, command: list[str]) -> None:
    ended = run.invoke(cli.main, ["staff", *command])

    assert (ended.exit_code, "nobody@example.org is not on the staff" in ended.output) == (1, True)
