"""Which mail is sent when, what it says, and when it is not sent any more: real server, both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake.actions import consenting, housekeeping, moderating, operating, submitting
from intake.db import backlog
from intake.db.engine import reading, writing
from intake.domain.decisions import Decision
from intake.domain.jobs import JobKind, JobState
from intake.domain.mails import Overtaken
from intake.domain.states import State
from intake.mail import answers
from tests import builders
from tests.builders import a_letter, a_sender, a_submission, an_upload, read
from tests.integration.mail.sending import (
    a_withdrawn_clip,
    clean_up,
    forget_mails,
    job_rows,
    mail_jobs,
    send_mails,
)
from workers.run_job import Worker, run_job

if TYPE_CHECKING:
    from email.message import EmailMessage

    from intake.domain.submissions import SubmissionId
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock
    from tests.mail_server import MailServer

ENGLISH = a_letter(sender=a_sender(language="en"))


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def the_mail(server: MailServer) -> EmailMessage:
    """The one mail that arrived."""
    [mail] = server.taken
    return mail


def test_a_receipt_brings_the_secret_link(post: Services, server: MailServer) -> None:
    _, token = builders.a_receipt(post, letter=a_letter(file_name="VID_1.mp4"))

    send_mails(post)

    mail = the_mail(server)
    assert mail["Subject"] == "Abbiamo ricevuto il tuo video"
    assert (mail["To"], mail["Reply-To"]) == ("anna.rossi@example.org", "videomessaggi@pistoia2030.example")
    assert f"http://localhost/submissions/{token} " in text_of(mail)
    assert "il file VID_1.mp4 il 22 novembre 2026, 10:00" in text_of(mail)


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        (a_letter(), "abbiamo provato a preparare il file video.mp4"),
        (ENGLISH, "we tried to prepare the file video.mp4"),
    ],
    ids=["italian", "english"],
)
def test_a_clip_that_could_not_be_helped_comes_back_with_what_was_typed(
    post: Services, server: MailServer, letter: submitting.Letter, words: str
) -> None:
    stuck = a_submission(post, state=State.NEEDS_OPERATOR, letter=letter)
    forget_mails(post)
    with writing(post.engine) as connection:
        reason = "Il file si ferma a metà.\nNe hai un altro?"
        assert operating.refuse_stuck(connection, stuck.id, reason=reason, actor="me@example.org", now=post.clock())

    send_mails(post)

    text = text_of(the_mail(server))
    assert words in text
    assert "> Il file si ferma a metà. > Ne hai un altro?" in text


def test_a_refusal_says_why_and_where_to_send_the_next(post: Services, server: MailServer) -> None:
    _, token = builders.a_receipt(post, state=State.REFUSED)

    send_mails(post)

    receipt, verdict = server.taken
    assert receipt["Subject"] == "Abbiamo ricevuto il tuo video"
    assert "servono almeno 10" in text_of(verdict)
    assert f"/submissions/{token} " in text_of(verdict)


@pytest.mark.parametrize(
    ("state", "subject"),
    [
        (State.REDO_REQUESTED, "Ti chiediamo di registrare di nuovo il tuo video"),
        (State.DECLINED, "La risposta sul tuo video"),
    ],
)
def test_a_moderators_no_comes_with_the_reason(post: Services, server: MailServer, state: State, subject: str) -> None:
    a_submission(post, state=state)

    send_mails(post)

    assert server.taken[-1]["Subject"] == subject
    assert "> Il volto è controluce." in text_of(server.taken[-1])


def test_news_of_a_publication_has_the_clips_address(post: Services, server: MailServer) -> None:
    submission = a_submission(post, state=State.PUBLISHED)

    send_mails(post)

    assert f"http://localhost/gallery/pistoia2030/{submission.clip_id} " in text_of(server.taken[-1])


@pytest.mark.parametrize(
    ("state", "subject", "said"),
    [
        (State.UPLOADED, "We have received your video", "on 22 November 2026, 10:00"),
        (State.REFUSED, "Your video needs fixing: here is how", "The video lasts 4.2"),
        (State.PUBLISHED, "Your video is in the gallery", "?lang=en "),
    ],
)
def test_whoever_wrote_in_english_reads_english(
    post: Services, server: MailServer, state: State, subject: str, said: str
) -> None:
    a_submission(post, state=state, letter=ENGLISH)

    send_mails(post)

    mail = server.taken[-1]
    assert (mail["Subject"], mail["Content-Language"]) == (subject, "en")
    assert said in text_of(mail)


def test_an_approval_alone_says_nothing(post: Services) -> None:
    a_submission(post, state=State.APPROVED)

    assert [job.kind for job in mail_jobs(post)] == [JobKind.MAIL_RECEIPT]


def begin_instead(services: Services, submission_id: SubmissionId) -> None:
    """Begin a replacement that comes in parts, with no other mail waiting."""
    forget_mails(services)
    with writing(services.engine) as connection:
        file = submitting.Declared(name="better.mp4", size_bytes=7, comes_in_parts=True)
        assert submitting.replace_file(connection, submission_id, file, now=services.clock())


class TestOnce:
    def test_a_job_that_is_done_sends_nothing_again(self, post: Services, server: MailServer) -> None:
        a_submission(post, state=State.UPLOADED)

        send_mails(post)
        send_mails(post)

        assert len(server.taken) == 1

    def test_the_next_file_has_a_receipt_of_its_own(self, post: Services) -> None:
        submission = a_submission(post, state=State.REDO_REQUESTED)
        forget_mails(post)

        send_again(post, submission.id)

        assert [job.kind for job in mail_jobs(post)] == [JobKind.MAIL_RECEIPT]

    def test_mails_do_not_stand_in_the_queue_a_sender_sees(self, post: Services) -> None:
        submission = a_submission(post, state=State.AWAITING_REVIEW)

        with reading(post.engine) as connection:
            work = backlog.work_on(connection, submission.id)

        assert mail_jobs(post) != []
        assert (work.is_working, work.position) == (False, None)


class TestOvertaken:
    def test_a_verdict_on_a_file_that_was_replaced_is_not_sent(self, post: Services, server: MailServer) -> None:
        submission = a_submission(post, state=State.REFUSED)
        forget_mails(post)
        with writing(post.engine) as connection:
            connection.exec_driver_sql("UPDATE jobs SET state = 'ready' WHERE kind = 'mail_verdict'")
        with writing(post.engine) as connection:
            file = submitting.Declared(name="better.mp4", size_bytes=7)
            submitting.replace_file(connection, submission.id, file, now=post.clock())

        send_mails(post)

        with reading(post.engine) as connection:
            kept = {mail.kind: mail.overtaken_by for mail in backlog.mails_about(connection, submission.id)}
        assert server.taken == []
        assert job_rows(post, JobKind.MAIL_VERDICT) == [JobState.DONE]
        assert kept == {JobKind.MAIL_RECEIPT: None, JobKind.MAIL_VERDICT: Overtaken.ANOTHER_FILE}

    @pytest.mark.parametrize(
        ("state", "subject"),
        [
            (State.REFUSED, "Il tuo video non va bene così: ecco come rimediare"),
            (State.REDO_REQUESTED, "Ti chiediamo di registrare di nuovo il tuo video"),
        ],
    )
    def test_a_verdict_outlives_a_replacement_that_was_given_up(
        self, post: Services, server: MailServer, state: State, subject: str
    ) -> None:
        submission = a_submission(post, state=state)
        with writing(post.engine) as connection:
            file = submitting.Declared(name="better.mp4", size_bytes=7)
            submitting.replace_file(connection, submission.id, file, now=post.clock())
            submitting.give_up_upload(connection, submission.id, actor="sender", now=post.clock())

        send_mails(post)

        assert server.taken[-1]["Subject"] == subject
        assert "better.mp4" not in text_of(server.taken[-1])

    def test_nothing_but_the_confirmation_follows_a_withdrawal(self, post: Services, server: MailServer) -> None:
        a_withdrawn_clip(post)

        send_mails(post)

        assert the_mail(server)["Subject"] == "Il tuo video è stato ritirato e cancellato"
        assert mail_jobs(post) == []

    def test_a_no_that_was_taken_back_is_not_sent(self, post: Services, server: MailServer) -> None:
        submission = a_submission(post, state=State.DECLINED)
        with writing(post.engine) as connection:
            moderating.look_again(connection, submission.id, moderator=builders.MODERATOR, now=post.clock())

        send_mails(post)

        assert [mail["Subject"] for mail in server.taken] == ["Abbiamo ricevuto il tuo video"]


class TestServerInTrouble:
    def test_a_mail_waits_and_costs_no_attempt(self, post: Services, server: MailServer) -> None:
        a_submission(post, state=State.UPLOADED)
        server.on_recipient = "451 4.7.1 come back later"

        send_mails(post)

        [job] = mail_jobs(post)
        assert (job.state, job.attempts) == (JobState.READY, 0)
        assert job.last_error == "MailUnavailable: recipient: 451 4.7.1"

    def test_it_arrives_when_the_server_is_well_again(self, post: Services, server: MailServer) -> None:
        a_submission(post, state=State.UPLOADED)
        server.on_recipient = "451 4.7.1 come back later"
        send_mails(post)

        server.on_recipient = "250 OK"
        send_mails(post)

        assert len(server.taken) == 1
        assert mail_jobs(post) == []

    def test_a_final_no_is_listed_for_operators_and_moves_nothing(self, post: Services, server: MailServer) -> None:
        submission = a_submission(post, state=State.REFUSED)
        server.on_recipient = "550 5.1.1 anna.rossi@example.org: no such user"

        send_mails(post)

        dead = mail_jobs(post, JobState.DEAD)
        assert [(job.attempts, job.last_error) for job in dead] == [(1, "MailRefused: recipient: 550 5.1.1")] * 2
        assert read(post, submission.id) == submission

    def test_an_operator_has_it_sent_again(self, post: Services, server: MailServer) -> None:
        a_submission(post, state=State.UPLOADED)
        server.on_recipient = "550 5.7.1 not from here"
        send_mails(post)
        [dead] = mail_jobs(post, JobState.DEAD)

        server.on_recipient = "250 OK"
        with writing(post.engine) as connection:
            retried = operating.retry_job(connection, dead.id, actor=builders.MODERATOR, now=post.clock())
        send_mails(post)

        assert retried
        assert len(server.taken) == 1

    def test_a_dead_mail_is_not_what_brought_a_clip_to_an_operator(self, post: Services, server: MailServer) -> None:
        submission = a_submission(post, state=State.NEEDS_OPERATOR)
        server.on_recipient = "550 5.1.1 no such user"
        send_mails(post)

        with reading(post.engine) as connection:
            last = backlog.last_dead_job(connection, submission.id)

        assert mail_jobs(post, JobState.DEAD) != []
        assert last is None


class TestWithdrawal:
    def test_is_confirmed_when_all_files_are_gone_and_not_before(self, post: Services) -> None:
        submission = a_submission(post, state=State.PUBLISHED)
        forget_mails(post)
        builders.withdraw(post, submission.id)

        clean_up(post, submission.id, JobKind.PURGE)
        half = mail_jobs(post)
        clean_up(post, submission.id, JobKind.UNPUBLISH)

        assert half == []
        assert [job.kind for job in mail_jobs(post)] == [JobKind.MAIL_WITHDRAWN]

    def test_leaves_only_first_name_and_address_until_the_mail_is_sent(self, post: Services) -> None:
        withdrawn = a_withdrawn_clip(post)

        sender = read(post, withdrawn).sender
        assert sender == a_sender(family_name="", role="", organisation="")

    def test_ends_with_nothing_left_of_the_sender(self, post: Services, server: MailServer) -> None:
        withdrawn = a_withdrawn_clip(post)

        send_mails(post)

        sender = read(post, withdrawn).sender
        assert text_of(the_mail(server)).startswith("Ciao Anna, il tuo video non è più in nessuna pagina")
        assert (sender.given_name, sender.email) == ("", "")

    def test_does_not_speak_of_a_gallery_where_the_clip_never_was(self, post: Services, server: MailServer) -> None:
        a_withdrawn_clip(post, state=State.UPLOADED)

        send_mails(post)

        assert "galleria" not in text_of(the_mail(server))

    def test_forgets_the_sender_after_three_days_whatever_the_mail_server_does(
        self, post: Services, server: MailServer, clock: FakeClock
    ) -> None:
        withdrawn = a_withdrawn_clip(post)
        server.on_recipient = "451 4.7.1 come back later"
        send_mails(post)

        clock.advance(hours=71)
        early = forget_senders(post)
        clock.advance(hours=2)
        late = forget_senders(post)
        server.on_recipient = "250 OK"
        send_mails(post)

        assert (early, late) == (0, 1)
        assert read(post, withdrawn).sender.email == ""
        assert server.taken == []
        assert job_rows(post, JobKind.MAIL_WITHDRAWN) == [JobState.DONE]

    def test_of_what_never_came_is_confirmed_too(self, post: Services, server: MailServer) -> None:
        a_withdrawn_clip(post, state=State.UPLOADING)

        send_mails(post)

        assert "quello che era arrivato del video" in text_of(the_mail(server))

    def test_that_nobody_asked_for_is_not(self, post: Services) -> None:
        abandoned = a_submission(post, state=State.ABANDONED)

        clean_up(post, abandoned.id, JobKind.PURGE)

        assert mail_jobs(post) == []
        assert read(post, abandoned.id).sender.email == ""


class TestReminder:
    def test_comes_a_day_after_an_upload_that_stopped(
        self, post: Services, server: MailServer, clock: FakeClock
    ) -> None:
        upload = an_upload(post)
        clock.advance(hours=25)

        settle(post)
        send_mails(post)

        mail = the_mail(server)
        assert mail["Subject"] == "Il tuo video non è ancora arrivato"
        assert mail["List-Unsubscribe"].startswith("<mailto:videomessaggi@pistoia2030.example?subject=")
        assert f"/submissions/{upload.token} " in text_of(mail)
        assert "Hai tempo fino al 25 novembre 2026, 10:00." in text_of(mail)

    def test_does_not_come_before(self, post: Services, clock: FakeClock) -> None:
        an_upload(post)
        clock.advance(hours=23)

        settle(post)

        assert mail_jobs(post) == []

    def test_comes_once(self, post: Services, clock: FakeClock) -> None:
        an_upload(post)
        clock.advance(hours=25)

        settle(post)
        send_mails(post)
        settle(post)

        assert job_rows(post, JobKind.MAIL_REMINDER) == [JobState.DONE]

    def test_does_not_come_for_what_arrived_meanwhile(
        self, post: Services, server: MailServer, clock: FakeClock
    ) -> None:
        upload = an_upload(post)
        clock.advance(hours=25)
        settle(post)

        with writing(post.engine) as connection:
            assert upload.upload_key is not None
            submitting.finish_upload(connection, upload.submission_id, upload.upload_key, now=clock())
        send_mails(post)

        assert [mail["Subject"] for mail in server.taken] == ["Abbiamo ricevuto il tuo video"]

    def test_does_not_come_to_whoever_withdrew(self, post: Services, server: MailServer, clock: FakeClock) -> None:
        upload = an_upload(post)
        clock.advance(hours=25)
        settle(post)

        builders.withdraw(post, upload.submission_id)
        send_mails(post)

        assert server.taken == []

    @pytest.mark.parametrize(
        ("state", "said"),
        [
            (State.AWAITING_REVIEW, "teniamo il video di prima, che torna in attesa"),
            (State.REFUSED, "cancelliamo i pezzi arrivati"),
        ],
    )
    def test_of_a_replacement_says_what_becomes_of_the_first(
        self, post: Services, server: MailServer, clock: FakeClock, state: State, said: str
    ) -> None:
        begin_instead(post, a_submission(post, state=state).id)
        clock.advance(hours=25)

        settle(post)
        send_mails(post)
        settle(post)

        mail = the_mail(server)
        assert mail["Subject"] == "Il tuo nuovo video non è ancora arrivato"
        assert mail["List-Unsubscribe"].startswith("<mailto:")
        assert said in text_of(mail)
        assert mail_jobs(post) == []

    def test_of_a_replacement_does_not_come_before(self, post: Services, clock: FakeClock) -> None:
        submission = a_submission(post, state=State.REFUSED)
        clock.advance(hours=25)
        begin_instead(post, submission.id)
        clock.advance(hours=23)

        settle(post)

        assert mail_jobs(post) == []


class TestSmuggling:
    """What is typed into the form reaches no header, and no stranger as a message."""

    def test_names_add_no_line(self, post: Services, server: MailServer) -> None:
        smuggler = a_sender(given_name="Anna\r\nBcc: everybody@example.org", organisation="x\r\nBcc: all@example.org")
        a_submission(post, state=State.UPLOADED, letter=a_letter(sender=smuggler, file_name="a\r\nBcc: b@c.d.mp4"))

        send_mails(post)

        assert the_mail(server)["Bcc"] is None
        assert server.recipients == [["anna.rossi@example.org"]]

    def test_links_are_not_passed_on(self, post: Services, server: MailServer) -> None:
        sender = a_sender(given_name="Hai vinto! https://evil.example")
        a_submission(post, state=State.UPLOADED, letter=a_letter(sender=sender, file_name="https://evil.example/a.mp4"))

        send_mails(post)

        assert "evil.example" not in text_of(the_mail(server))

    def test_an_address_that_is_two_goes_to_nobody(self, post: Services, server: MailServer) -> None:
        sender = a_sender(email="anna@example.org\r\nRCPT TO:<everybody@example.org>")
        a_submission(post, state=State.UPLOADED, letter=a_letter(sender=sender))

        send_mails(post)

        assert (server.taken, server.tries) == ([], 0)
        assert [job.state for job in mail_jobs(post)] == [JobState.DEAD]


def settle(services: Services) -> None:
    housekeeping.settle_uploads(services.engine, services.private, now=services.clock())


def forget_senders(services: Services) -> int:
    with writing(services.engine) as connection:
        return housekeeping.forget_senders(connection, now=services.clock())


def send_again(services: Services, submission_id: SubmissionId) -> None:
    """Take a new file for a submission that was asked again."""
    with writing(services.engine) as connection:
        file = submitting.Declared(name="better.mp4", size_bytes=7)
        upload_key = submitting.replace_file(connection, submission_id, file, now=services.clock())
        assert upload_key is not None
        submitting.finish_upload(connection, submission_id, upload_key, now=services.clock())


class TestAClipHandedInForItsSender:
    def test_asks_its_sender_in_their_language(self, post: Services, server: MailServer) -> None:
        _, token = builders.a_receipt(post, letter=a_filed_letter(language="en"))

        send_mails(post)

        mail = the_mail(server)
        assert mail["Subject"] == "Your video: we need your confirmation"
        assert f"http://localhost/submissions/{token} " in text_of(mail)
        assert mail["List-Unsubscribe"] is not None

    def test_asks_once_more_after_three_days_and_never_again(
        self, post: Services, server: MailServer, clock: FakeClock
    ) -> None:
        builders.a_receipt(post, letter=a_filed_letter())
        forget_mails(post)

        asked = [ask_again_after(post, clock, days=days) for days in (2, 2, 30)]
        send_mails(post)

        assert asked == [0, 1, 0]
        assert the_mail(server)["Subject"] == "Il tuo video aspetta ancora la tua conferma"

    def test_asks_nobody_who_answered(self, post: Services, server: MailServer, clock: FakeClock) -> None:
        submission_id, _ = builders.a_receipt(post, letter=a_filed_letter())
        call, anna = builders.the_call(post), a_sender()
        with writing(post.engine) as connection:
            assert consenting.confirm(connection, call, submission_id, anna, {}, now=post.clock())

        asked = ask_again_after(post, clock, days=4)
        send_mails(post)

        assert asked == 0
        assert server.taken == []

    def test_whose_file_never_came_writes_to_nobody(self, post: Services, server: MailServer, clock: FakeClock) -> None:
        upload = an_upload(post, a_filed_letter())
        clock.advance(days=2)

        with writing(post.engine) as connection:
            is_asked = housekeeping.remind(connection, upload.submission_id)
        send_mails(post)

        assert not is_asked
        assert server.taken == []


def a_filed_letter(**sender: str) -> submitting.Letter:
    return replace(a_letter(sender=a_sender(**sender)), answers={}, filed_by=builders.MODERATOR)


def ask_again_after(services: Services, clock: FakeClock, *, days: int) -> int:
    clock.advance(days=days)
    with writing(services.engine) as connection:
        return housekeeping.ask_again(connection, now=services.clock())


@pytest.mark.parametrize(
    ("decision", "state"), [(Decision.DECLINE, State.DECLINED), (Decision.ASK_AGAIN, State.REDO_REQUESTED)]
)
@pytest.mark.parametrize("language", ["it", "en"])
def test_what_a_moderator_sees_beforehand_is_what_is_sent(
    post: Services, server: MailServer, decision: Decision, state: State, language: str
) -> None:
    # Given a mail that was shown before the decision
    submission_id, token = builders.a_receipt(
        post, state=State.AWAITING_REVIEW, letter=a_letter(sender=a_sender(language=language))
    )
    waiting = read(post, submission_id)
    reason = "Si sente il traffico.\nPuoi rifarlo?"
    status_url = f"http://localhost/submissions/{token}"
    shown = answers.words_to(
        waiting.sender, answers.turned_down(state, reason, status_url=status_url, awaits_consent=False)
    )
    forget_mails(post)

    # When it is decided
    with writing(post.engine) as connection:
        ruling = builders.a_ruling(waiting, decision, reason=reason)
        moderating.decide(connection, submission_id, ruling, now=post.clock())
    send_mails(post)

    # Then exactly that mail arrives
    mail = the_mail(server)
    part = mail.get_body(("plain",))
    assert part is not None
    assert (mail["Subject"], str(part.get_content()).replace("\r\n", "\n")) == (shown.subject, shown.text)


class TestAClipThatIsTakenDown:
    def down(self, services: Services, *, tell_after_s: float) -> SubmissionId:
        submission = builders.a_submission(services, state=State.PUBLISHED)
        forget_mails(services)
        with writing(services.engine) as connection:
            assert moderating.take_down(
                connection,
                submission.id,
                moderator=builders.MODERATOR,
                note="Una targa si legge.",
                now=services.clock(),
                tell_after_s=tell_after_s,
            )
        return submission.id

    def test_its_sender_is_told_and_nothing_that_staff_keep_to_themselves(
        self, post: Services, server: MailServer
    ) -> None:
        self.down(post, tell_after_s=0)

        send_mails(post)

        mail = the_mail(server)
        assert mail["Subject"] == "Per ora il tuo video non è in galleria"
        assert "targa" not in text_of(mail)

    def test_one_that_is_back_soon_is_no_news(self, post: Services, server: MailServer) -> None:
        submission_id = self.down(post, tell_after_s=0)
        ruling = builders.a_ruling(builders.read(post, submission_id), moderating.Decision.APPROVE)
        with writing(post.engine) as connection:
            moderating.decide(connection, submission_id, ruling, now=post.clock())

        send_mails(post)

        assert server.taken == []

    def test_nobody_is_told_at_once(self, post: Services, server: MailServer) -> None:
        self.down(post, tell_after_s=60)
        [job] = mail_jobs(post, JobState.READY)

        run_job(Worker(services=post, sandbox=None), job.id)

        assert server.taken == []


def test_who_never_consented_is_not_told_that_their_consents_stay(post: Services, server: MailServer) -> None:
    submission_id, _ = builders.a_receipt(post, state=State.AWAITING_REVIEW, letter=a_filed_letter())
    forget_mails(post)
    ruling = builders.a_ruling(builders.read(post, submission_id), moderating.Decision.ASK_AGAIN)
    with writing(post.engine) as connection:
        moderating.decide(connection, submission_id, ruling, now=post.clock())

    send_mails(post)

    text = " ".join(text_of(the_mail(server)).split())
    assert "consensi restano" not in text
    assert "finché non lo fai non pubblichiamo nulla" in text
