"""The only place for the error tree.

    IntakeError
    ├── VideoRefused        the file is unacceptable      → a sentence for the sender, never retried
    ├── TryAgainLater       something outside is down     → retried with back-off, costs no attempt
    │   ├── StorageUnavailable
    │   ├── StorageFull
    │   ├── SandboxUnavailable
    │   ├── TranscriberUnavailable
    │   ├── MailUnavailable
    │   └── HookUnavailable
    ├── NoUseTrying         trying again cannot help  → the job is given up at once
    │   ├── MailRefused
    │   └── HookGivenUp
    ├── ObjectMissing       the bucket does not hold what a row says it holds
    ├── UploadUnknown       the bucket knows no such upload in parts: it is over, or never was
    ├── NotFound            no such call, submission, clip
    │   └── Gone            there was one; it is withdrawn
    ├── CallClosed          the call takes no videos now
    ├── KeyReused           a client used its own key for a submission again, for another one
    ├── IllegalMove         a move that `states.LEGAL_MOVES` does not know: our bug
    ├── ToolFailed          a tool failed on a file that passed every check
    │   ├── ToolTimedOut
    │   └── OutputWrong     a tool said it succeeded and its output says otherwise
    ├── LeaseLost           somebody else owns the job now
    ├── BackupRefused       a backup cannot be made there, or cannot be used, or must not be here
    └── BadSettings         the process cannot start

Everything that is not in this tree is a bug as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake.domain.checks import CheckCode, Reason
    from intake.domain.hooks import HookTrouble


class IntakeError(Exception):
    """What this service raises on purpose."""


class VideoRefused(IntakeError):
    """The file is unacceptable; the sender is told why in a sentence for *reason*."""

    def __init__(self, code: CheckCode, reason: Reason, *, measured: str | None = None) -> None:
        super().__init__(f"{code}: {reason}" + (f" ({measured})" if measured else ""))
        self.code = code
        self.reason = reason
        self.measured = measured


class TryAgainLater(IntakeError):
    """Something outside this process is down; the same request may succeed later."""


class StorageUnavailable(TryAgainLater):
    """The bucket did not answer, or answered that it cannot now."""


class StorageFull(TryAgainLater):
    """Too little free space is left to promise that a file is kept."""


class SandboxUnavailable(TryAgainLater):
    """No sandbox passed its self-test here, so no tool may touch a sender's file."""


class TranscriberUnavailable(TryAgainLater):
    """No model that hears words is configured for this worker, or it cannot be used."""


class MailUnavailable(TryAgainLater):
    """The mail server does not answer, or not for now, or not to us: a wrong password is mended, and then it will."""


class HookUnavailable(TryAgainLater):
    """Another system does not answer, or not that all is well; later it may."""

    def __init__(self, trouble: HookTrouble, *, answer: int | None = None) -> None:
        super().__init__(trouble if answer is None else f"{trouble} ({answer})")
        self.trouble = trouble
        self.answer = answer


class NoUseTrying(IntakeError):
    """The same job would end the same way; it is given up without a second try."""


class MailRefused(NoUseTrying):
    """The mail server takes no mail for this address, or not this mail, and says that this is final."""


class HookGivenUp(NoUseTrying):
    """Another system did not answer for a day, or is not to be told any more."""


class ObjectMissing(IntakeError):
    """The bucket holds no object under this key."""


class UploadUnknown(IntakeError):
    """The bucket knows no such upload in parts: it was completed or aborted, or never opened."""


class NotFound(IntakeError):
    """There is no such thing, or it is not for the one who asks."""


class Gone(NotFound):
    """It was there and was withdrawn."""


class CallClosed(IntakeError):
    """The call takes no videos now."""


class KeyReused(IntakeError):
    """A client asked again under its own key for a submission, and asked for something else."""


class IllegalMove(IntakeError):
    """A submission was asked to make a move that does not exist."""


class ToolFailed(IntakeError):
    """A tool failed on a file, with the tail of what it wrote to stderr as the message."""


class ToolTimedOut(ToolFailed):
    """The tool's deadline passed; its process group was killed."""


class OutputWrong(ToolFailed):
    """The tool said it succeeded; what it wrote is not what was asked for."""


class LeaseLost(IntakeError):
    """The job's lease is somebody else's now; whatever was made must be thrown away."""


class BackupRefused(IntakeError):
    """What was asked of backups is not done, and nothing was changed by it; the sentence tells the operator why."""


class BadSettings(IntakeError):
    """The environment does not describe a service that can start."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
