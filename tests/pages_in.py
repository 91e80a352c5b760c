"""Prints every page in one language, as a JSON object: `python -m tests.pages_in LANGUAGE FOLDER DATABASE_URL`.

A program, because it is run on a copy of the service to which a catalogue was added.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from intake.app import create_app, staff_of
from intake.db.engine import make_engine, writing
from intake.db.tables import calls
from intake.domain.facts import Stretch, StretchKind
from intake.domain.states import State
from intake.settings import Settings
from intake.setup import prepare_database
from intake.wiring import Services, utc_now
from tests import builders
from tests.conftest import MODERATOR, NOWHERE, PASSWORD, an_environment
from tests.fakes.bucket import MemoryBucket
from tests.fakes.mailer import MemoryMailer
from tests.integration.pages.browsing import CALL_PAGE, Page
from tests.sentences import mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient


def main(language: str, folder: Path, database_url: str) -> None:
    """Print the pages."""
    settings = Settings.from_env(an_environment(database_url, NOWHERE, folder))
    buckets = {name: MemoryBucket(name) for name in ("private", "gallery")}
    engine = make_engine(settings.database_url)
    services = Services(settings=settings, engine=engine, clock=utc_now, mailer=MemoryMailer(), **buckets)
    prepare_database(services)
    speak(services, language)
    app = create_app(services)
    with app.app_context():
        staff_of(app).add(MODERATOR, "admin", PASSWORD)
    print(json.dumps(dict(pages(app.test_client(), services, language))))  # noqa: T201


def speak(services: Services, language: str) -> None:
    """Translate the call as well."""
    with writing(services.engine) as connection:
        document = connection.scalar(select(calls.c.document))
        connection.execute(update(calls).values(document=translated(document, language)))


def translated(value: Any, language: str) -> Any:  # noqa: ANN401 - any part of a document
    """Add a language to every text of a call's document."""
    if isinstance(value, list):
        return [translated(entry, language) for entry in value]
    if not isinstance(value, dict):
        return value
    # What to listen for is a list of phrases, and nobody reads it.
    if isinstance(value.get("it"), str):
        return value | {language: mark(value["it"])}
    return {name: translated(entry, language) for name, entry in value.items()}


def pages(client: FlaskClient, services: Services, language: str) -> Iterator[tuple[str, str]]:
    """Every page that somebody may see, by a name."""
    query = f"?lang={language}"
    for path in ("/", CALL_PAGE, "/privacy", "/accessibility", "/gallery/pistoia2030", "/gallery/nowhere", "/nowhere"):
        yield path, client.get(path + query).text
    token = Page(client.get(CALL_PAGE)).value("csrf_token")
    yield "mistakes", client.post(CALL_PAGE + query, data={"csrf_token": token, "email": "x"}).text
    letter = builders.a_letter(sender=builders.a_sender(language=language))
    findings = builders.some_findings(
        checks=(builders.FINE, builders.LONG_SILENCE, builders.CLIPPED, builders.NOISY),
        levels=builders.some_levels(stretches=tuple(Stretch(kind=k, starts_s=4.0, ends_s=9.0) for k in StretchKind)),
    )
    secrets = {state: builders.a_receipt(services, state=state, letter=letter) for state in State}
    secrets_and_warned = {**secrets, "warned": builders.a_judged_receipt(services, findings, letter)}
    for name, (_, secret) in secrets_and_warned.items():
        yield f"status {name}", client.get(f"/submissions/{secret}?received=1").text
    _, secret = secrets[State.WITHDRAWN]
    yield "receipt", client.get(f"/submissions/{secret}/receipt").text
    yield "receipt.txt", client.get(f"/submissions/{secret}/receipt.txt").text
    clip_id = builders.read(services, secrets[State.PUBLISHED][0]).clip_id
    for path in (f"/gallery/pistoia2030/{clip_id}", f"/embed/{clip_id}"):
        yield path, client.get(path + query).text
    yield from _desk(client, [submission_id for submission_id, _ in secrets.values()], query)


def _desk(client: FlaskClient, submission_ids: list[str], query: str) -> Iterator[tuple[str, str]]:
    page = Page(client.get("/moderate/login"))
    fields = {"email": MODERATOR, "password": PASSWORD, "csrf_token": page.value("csrf_token")}
    client.post("/moderate/login", data=fields)
    for path in ("/moderate/", "/moderate/on-behalf/pistoia2030"):
        yield path, client.get(path + query).text
    waiting = "&".join(f"id={submission_id}" for submission_id in submission_ids)
    yield "bulk", client.get(f"/moderate/bulk-decline{query}&{waiting}").text
    for path in ("people", "alerts", "hooks", "invitations/nobody"):
        yield path, client.get(f"/moderate/{path}{query}").text
    for submission_id in submission_ids:
        yield f"desk {submission_id}", client.get(f"/moderate/{submission_id}{query}").text


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
