"""Two at once: the staff always keeps an admin, and a link lets one person in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from intake.actions import staffing
from intake.actions.staffing import Guest, Outcome
from intake.db import people
from intake.db.engine import reading, writing
from intake.db.people_tables import invitations, staff
from intake.domain.staff import StaffId, StaffRole

if TYPE_CHECKING:
    from intake.wiring import Services


def an_admin(services: Services, email: str) -> StaffId:
    with writing(services.engine) as connection:
        row = {"email": email, "active": True, "fs_uniquifier": email}
        staff_id = StaffId(connection.execute(insert(staff).values(**row).returning(staff.c.id)).scalar_one())
        staffing.set_role(connection, staff_id, StaffRole.ADMIN)
    return staff_id


def test_two_admins_who_take_each_other_s_role_leave_one(services_on_each: Services) -> None:
    admins = [an_admin(services_on_each, "ada@example.org"), an_admin(services_on_each, "bea@example.org")]

    def demote(staff_id: StaffId) -> Outcome:
        with writing(services_on_each.engine) as connection:
            return staffing.set_role(connection, staff_id, StaffRole.VIEWER)

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(demote, admins))

    with reading(services_on_each.engine) as connection:
        roles = [one.role for one in people.colleagues(connection)]
    assert outcomes == [Outcome.DONE, Outcome.LAST_ADMIN]
    assert sorted(str(role) for role in roles) == ["admin", "viewer"]


def test_a_link_that_is_used_twice_at_once_lets_one_in(services_on_each: Services) -> None:
    services = services_on_each
    guest = Guest(email="ospite@example.org", role=StaffRole.VIEWER, language="it")
    with writing(services.engine) as connection:
        key = services.settings.secret_key
        staffing.invite(connection, guest, by="ada@example.org", now=services.clock(), secret_key=key)
        digest = connection.execute(select(invitations.c.token_sha256)).scalar_one()

    def accept(password_hash: str) -> Outcome:
        with writing(services.engine) as connection:
            return staffing.accept(connection, digest, password_hash=password_hash, now=services.clock())

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(accept, ["one", "another"]))

    with reading(services.engine) as connection:
        members = people.colleagues(connection)
    assert outcomes == [Outcome.DONE, Outcome.OVER]
    assert [(one.email, one.role) for one in members] == [("ospite@example.org", StaffRole.VIEWER)]
