"""How long moderators wait for the queue and the figures with a hundred thousand submissions, on both databases.

Whole answers, from the request to the last byte of the page, asked of the application within this process: no line and
no other visitor is in the way. Every kind of filter and search is asked for, the worst ones among them. Beside the time
by the clock stands the processor time of this process and the database together: it is what the clock would say on a
machine that does nothing else.

    python -m bench.desk [--submissions 100000] [--requests 100]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Final

from bench.measuring import measure
from bench.tables import Machine, Report, Spread, Target, publish
from intake.actions.counting import count_weeks
from intake.app import create_app, keep_for_good, staff_of
from intake.settings import Settings
from intake.setup import prepare_database
from intake.wiring import connect
from tests import full_desk, servers
from tests.conftest import MODERATOR, NOWHERE, PASSWORD, an_environment
from tests.integration.pages.conftest import log_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from intake.domain.states import State

MAX_WAIT_S: Final = 0.150

VIEWS: Final = {
    "the queue": "",
    "sound warnings": "?verdict=warned",
    "waiting over 48 hours": "?waiting=48",
    "every filter at once": "?state=published&kind=altro&verdict=warned&consent=social&language=en&call=pistoia2030",
    "a filter that finds nothing": "?state=any&consent=gallery&verdict=refused&kind=altro&language=en&waiting=168",
    "all states, newest first": "?state=any&order=newest",
    "a name": "?q=rossi123+anna&state=any",
    "a name that thousands bear": "?q=rossi&state=any",
    "a note": "?q=risentire+chiara&state=any",
    "two letters": "?q=an&state=any",
    "what nobody is called": "?q=inesistente&state=any",
    "what needs an operator": "?state=needs_operator",
    "the figures": "figures",
}

TWO_YEARS: Final = timedelta(days=2 * 365)


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="How long moderators wait for a full queue.")
    parser.add_argument("--submissions", type=int, default=sum(full_desk.MIX.values()), help="how many there are")
    parser.add_argument("--requests", type=int, default=100, help="how often each view is asked for (100)")
    asked = parser.parse_args()
    machine = Machine.here()
    # Before the database starts, so that it is counted with us.
    measure(lambda: None)
    share = asked.submissions / sum(full_desk.MIX.values())
    mix = {state: round(number * share) for state, number in full_desk.MIX.items()}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        postgresql = stack.enter_context(servers.postgresql_server())
        urls = {"SQLite": f"sqlite:///{folder}/intake.db", "PostgreSQL": postgresql}
        targets = [
            target
            for name, url in urls.items()
            for target in _targets(name, _full(url, Path(folder), mix), asked.requests)
        ]
    title = f"The desk with {asked.submissions:,} submissions"
    return publish(Report(machine=machine, name="desk", title=title, targets=tuple(targets)))


def _full(database_url: str, folder: Path, mix: dict[State, int]) -> FlaskClient:
    """Fill a database, and log in."""
    services = connect(Settings.from_env(an_environment(database_url, NOWHERE, folder)))
    prepare_database(services)
    full_desk.fill(services, mix=mix)
    count_weeks(services.engine)
    app = create_app(services)
    with app.app_context():
        staff_of(app).add(MODERATOR, "moderator", PASSWORD)
    return log_in(app.test_client())


def _targets(database: str, desk: FlaskClient, requests: int) -> Iterator[Target]:
    first = datetime.now(UTC).date() - TWO_YEARS
    for name, query in (VIEWS | {"the figures of two years": f"figures?from={first}"}).items():
        ask = partial(_ask, desk, query)
        # The first one compiles the statements and the template.
        ask()
        # As the web process does; in this one lies what filled the database as well.
        keep_for_good()
        costs = [measure(ask) for _ in range(requests)]
        for what, taken_s in (
            ("by the clock", [cost.wall_s for cost in costs]),
            ("of processor", [cost.cpu_s for cost in costs]),
        ):
            yield Target(
                name=f"{database}, {name}: 95th percentile, s {what}",
                measured=Spread.of([quantiles(taken_s, n=20)[-1]]),
                at_most=MAX_WAIT_S,
            )


def _ask(desk: FlaskClient, query: str) -> None:
    answer = desk.get(f"/moderate/{query}")
    assert answer.status_code == HTTPStatus.OK, answer.text


if __name__ == "__main__":
    sys.exit(main())
