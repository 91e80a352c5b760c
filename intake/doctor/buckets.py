"""The two buckets: do they keep and give back a file, and does each let in exactly those it must."""

from __future__ import annotations

import io
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import TYPE_CHECKING, Final

from intake.doctor.http import Answer, ask
from intake.domain.diagnosis import ok, warning, wrong
from intake.domain.errors import ObjectMissing, StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from intake.domain.diagnosis import Finding
    from intake.domain.submissions import ObjectKey
    from intake.storage.bucket import S3Bucket
    from intake.storage.examination import BucketExamination, PagesRule

PROBE: Final = b"written by intake doctor, to be read and deleted"

MOST_APART_S: Final = 300.0
"""How far our clock and the S3 server's may be apart: signatures are refused from 900 s on.

Source: Amazon S3 API Reference, "Authenticating Requests", RequestTimeTooSkewed.
"""

_OK: Final = 200


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One bucket, how to ask it, and what it is for.

    Attributes:
        part: Its name among the findings.
        pages: The origin of the pages whose scripts use it; `*` for every page.
        methods: What these scripts do.
    """

    part: str
    bucket: S3Bucket
    examination: BucketExamination
    endpoint_url: str
    probe: ObjectKey
    is_public: bool
    pages: str
    methods: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class BucketFacts:
    """What a bucket does and says.

    Attributes:
        gives_back: Whether it gave back what was written.
        by_stranger: The status that whoever has no key gets for a file.
        list_by_stranger: And for the list of all files.
        apart_s: How much its server's clock is ahead of ours; None where it does not tell.
    """

    gives_back: bool
    by_stranger: int
    list_by_stranger: int
    keeps_old_versions: bool
    rules: tuple[PagesRule, ...]
    apart_s: float | None


def look(asked: Asked, *, clock: Callable[[], datetime]) -> Iterator[Finding]:
    """Write a file, read it with and without keys, delete it, and read the bucket's rules."""
    try:
        if not asked.bucket.is_there():
            yield wrong(asked.part, f"there is no bucket {asked.bucket.name}", "Run: intake setup")
            return
        with_probe = _facts(asked, clock=clock)
    except (StorageUnavailable, ObjectMissing, OSError, HTTPException) as error:
        yield judge_silence(asked, str(error))
        return
    yield from judge(asked, with_probe)


def judge_silence(asked: Asked, code: str) -> Finding:
    """Say what an error of the S3 server means, by its code."""
    where = asked.endpoint_url
    if code in {"InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "403", "Forbidden"}:
        mend = (
            "Give S3_ACCESS_KEY and S3_SECRET_KEY the values that the S3 server knows, with the right to both buckets."
        )
        return wrong(asked.part, f"{where} refuses our keys ({code})", mend)
    if code == "RequestTimeTooSkewed":
        return wrong(asked.part, f"the clocks of this machine and of {where} are too far apart", _SET_CLOCKS)
    mend = "Start the S3 server, and look at S3_ENDPOINT_URL. Full disk: docs/operating.md, Health."
    return wrong(asked.part, f"{where} does not do what it is asked ({code})", mend)


_SET_CLOCKS: Final = "Set both clocks by the network (NTP): timedatectl set-ntp true"


def judge(asked: Asked, facts: BucketFacts) -> Iterator[Finding]:
    """Say what a bucket's facts mean."""
    findings = [*_keeping(asked, facts), *_strangers(asked, facts), *_pages(asked, facts)]
    yield from findings
    if not findings:
        readers = (
            "everybody may read its files, nobody lists them" if asked.is_public else "nobody reads it without a key"
        )
        yield ok(asked.part, f"{asked.bucket.name} keeps and gives back files; {readers}")


def _keeping(asked: Asked, facts: BucketFacts) -> Iterator[Finding]:
    if not facts.gives_back:
        found = f"{asked.bucket.name} gave back another file than was written"
        yield wrong(asked.part, found, "Look at the S3 server's log, and whether a cache stands before it.")
    if facts.keeps_old_versions:
        found = f"{asked.bucket.name} keeps old versions: what is deleted is hidden and not gone"
        yield wrong(asked.part, found, "Switch versioning off for this bucket and delete the versions it has.")
    if facts.apart_s is not None and abs(facts.apart_s) > MOST_APART_S:
        yield warning(asked.part, f"the S3 server's clock is {facts.apart_s:+.0f} s from ours", _SET_CLOCKS)


def _strangers(asked: Asked, facts: BucketFacts) -> Iterator[Finding]:
    if facts.list_by_stranger == _OK:
        found = f"everybody can list {asked.bucket.name}"
        yield wrong(asked.part, found, "Allow strangers GetObject at most, in the gallery bucket alone: intake setup")
    if asked.is_public and facts.by_stranger != _OK:
        found = f"visitors get {facts.by_stranger} for the files of {asked.bucket.name}"
        yield wrong(asked.part, found, "Run: intake setup. Some providers have a switch that blocks public access too.")
    if not asked.is_public and facts.by_stranger == _OK:
        found = f"everybody can read {asked.bucket.name}, what senders sent and nobody approved"
        yield wrong(
            asked.part, found, "At once: take the policy away that lets strangers in, and give the bucket none."
        )


def _pages(asked: Asked, facts: BucketFacts) -> Iterator[Finding]:
    missing = [method for method in asked.methods if not _allows(facts.rules, asked.pages, method)]
    if missing:
        found = f"{asked.bucket.name} has no rule that lets pages of {asked.pages} do {' and '.join(missing)} (CORS)"
        yield wrong(asked.part, found, "Run: intake setup")


def _allows(rules: tuple[PagesRule, ...], origin: str, method: str) -> bool:
    return any({origin, "*"} & set(rule.origins) and method in rule.methods for rule in rules)


def _facts(asked: Asked, *, clock: Callable[[], datetime]) -> BucketFacts:
    bucket, place = asked.bucket, f"{asked.endpoint_url}/{asked.bucket.name}"
    bucket.put_stream(asked.probe, io.BytesIO(PROBE), content_type="text/plain")
    try:
        read = b"".join(bucket.read(asked.probe))
        stranger = ask(f"{place}/{asked.probe}")
        return BucketFacts(
            gives_back=read == PROBE,
            by_stranger=stranger.status,
            list_by_stranger=ask(f"{place}?list-type=2").status,
            keeps_old_versions=asked.examination.keeps_old_versions(),
            rules=tuple(asked.examination.pages_rules()),
            apart_s=_apart_s(stranger, clock()),
        )
    finally:
        bucket.delete([asked.probe])


def _apart_s(answer: Answer, now: datetime) -> float | None:
    try:
        return (parsedate_to_datetime(answer.headers["date"]) - now).total_seconds()
    except (KeyError, ValueError):
        return None
