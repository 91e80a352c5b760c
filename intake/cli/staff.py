"""`intake staff`: how the first of them comes in, and how somebody gets in again where nobody at the desk can help."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from intake.cli.frame import pass_services
from intake.domain.staff import StaffRole

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake.moderate.access import Staff
    from intake.wiring import Services


@click.group()
def staff() -> None:
    """People who moderate."""


@staff.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in StaffRole]), default="moderator", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@pass_services
def add_staff(services: Services, email: str, role: str, *, password_stdin: bool) -> None:
    """Let EMAIL log in."""
    # Late: only these commands need the whole web side.
    from intake.app import create_app, staff_of

    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    app = create_app(services)
    with app.app_context():
        try:
            added = staff_of(app).add(email, role, password)
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{email} may log in as {role}." if added else f"{email} is known already; nothing was changed.")


@staff.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in StaffRole]))
@pass_services
def give_role(services: Services, email: str, role: str) -> None:
    """Give EMAIL another ROLE: for when no admin is left who could."""
    _change(services, email, lambda staff: staff.give_role(email, role))
    click.echo(f"{email} is {role} now.")


@staff.command("forget-second-factor")
@click.argument("email")
@pass_services
def forget_second_factor(services: Services, email: str) -> None:
    """Let EMAIL log in by the password alone: for whoever lost their telephone. They can set up another one then."""
    _change(services, email, lambda staff: staff.forget_second_factor(email))
    click.echo(f"{email} logs in by the password alone now.")


def _change(services: Services, email: str, change: Callable[[Staff], bool]) -> None:
    # Late, as above.
    from intake.app import create_app, staff_of

    app = create_app(services)
    with app.app_context():
        is_known = change(staff_of(app))
    if not is_known:
        raise click.ClickException(f"{email} is not on the staff")
