"""What a mail's headers say, and that nothing can be smuggled into them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import Address

import pytest

from intake.domain.errors import MailRefused
from intake.domain.jobs import JobId
from intake.domain.submissions import SubmissionId
from intake.mail.letters import id_of, read_mail_from
from tests.builders import a_job, a_mail

LONG_SUBJECT = (
    "Perché il tuo videomessaggio così com'è non può ancora entrare nella galleria: ecco che cosa fare adesso"
)


def test_it_says_who_writes_to_whom_when_and_where_to_answer() -> None:
    mail = message_from_bytes(a_mail().as_bytes(), policy=policy.default)

    assert mail["From"].addresses == (Address("Pistoia2030", "noreply", "example.org"),)
    assert mail["To"].addresses == (Address("", "anna.rossi", "example.org"),)
    assert mail["Reply-To"].addresses == (Address("", "videomessaggi", "example.org"),)
    assert mail["Date"].datetime == datetime(2026, 11, 28, 9, 32, tzinfo=UTC)


def test_machines_are_told_not_to_answer_and_in_which_language_it_is() -> None:
    mail = a_mail(language="en")

    assert (mail["Auto-Submitted"], mail["Content-Language"], mail["MIME-Version"]) == ("auto-generated", "en", "1.0")


def test_no_header_has_a_defect_when_another_program_reads_it() -> None:
    mail = message_from_bytes(a_mail(subject=LONG_SUBJECT).as_bytes(), policy=policy.default)

    assert mail.defects == []
    assert {name: value.defects for name, value in mail.items() if value.defects} == {}


def test_a_long_subject_with_accents_arrives_whole() -> None:
    raw = a_mail(subject=LONG_SUBJECT).as_bytes()

    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) <= 78
    assert message_from_bytes(raw, policy=policy.default)["Subject"] == LONG_SUBJECT


def test_it_is_there_as_text_and_after_it_as_html() -> None:
    mail = a_mail()

    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


class TestMessageId:
    def test_is_the_same_whenever_the_same_job_writes(self) -> None:
        first = a_mail()
        again = a_mail(job=a_job(attempts=2), written_at=datetime(2026, 11, 29, tzinfo=UTC))

        assert again["Message-ID"] == first["Message-ID"]

    @pytest.mark.parametrize(
        "other",
        [
            a_job(id=JobId(8)),
            # Another database counts its jobs from one as well.
            a_job(submission_id=SubmissionId("b7c0a1de-0000-4000-8000-000000000002")),
        ],
        ids=["another job", "another database"],
    )
    def test_is_nobody_elses(self, other: object) -> None:
        assert a_mail(job=other)["Message-ID"] != a_mail()["Message-ID"]

    def test_bears_our_name_and_no_id_of_ours(self) -> None:
        mail = a_mail()

        assert re.fullmatch(r"<[0-9a-f]{32}@video\.example\.org>", mail["Message-ID"])
        assert f"<{id_of(mail)}@video.example.org>" == mail["Message-ID"]


class TestUnsubscribing:
    def test_is_offered_where_somebody_may_want_it(self) -> None:
        mail = a_mail(unsubscribe="videomessaggi@example.org", subject="È tardi")

        assert mail["List-Unsubscribe"] == "<mailto:videomessaggi@example.org?subject=%C3%88%20tardi>"

    def test_is_not_offered_for_answers(self) -> None:
        assert a_mail()["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.org\r\nBcc: everybody@example.org",
        "anna@example.org, everybody@example.org",
        "Anna <anna@example.org>",
        "anna",
        "",
    ],
)
def test_what_is_no_single_address_gets_no_mail(address: str) -> None:
    with pytest.raises(MailRefused):
        a_mail(to=address)


def test_a_domain_with_accents_is_spelled_as_every_server_knows_it() -> None:
    assert a_mail(to="anna@città.example")["To"] == "anna@xn--citt-3na.example"


@pytest.mark.parametrize("field", ["subject", "reply_to", "unsubscribe"])
def test_no_line_can_be_added_to_a_header(field: str) -> None:
    with pytest.raises(ValueError, match=r"linefeed|newline|CR or LF|carriage"):
        a_mail(**{field: "x@example.org\r\nBcc: everybody@example.org"})


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("noreply@example.org", Address("", "noreply", "example.org")),
        ("Pistoia2030 <noreply@example.org>", Address("Pistoia2030", "noreply", "example.org")),
        ('"Città, oggi" <noreply@example.org>', Address("Città, oggi", "noreply", "example.org")),
    ],
)
def test_we_may_have_a_name(value: str, address: Address) -> None:
    assert read_mail_from(value) == address
