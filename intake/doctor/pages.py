"""What browsers reach: pages under PUBLIC_URL, files under S3_PUBLIC_URL, through whatever stands before them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Final

from intake.doctor.buckets import PROBE
from intake.doctor.http import Answer, ask, trouble
from intake.domain.diagnosis import ok, unknown, warning, wrong
from intake.domain.errors import StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.domain.diagnosis import Finding
    from intake.domain.submissions import ObjectKey
    from intake.storage.bucket import S3Bucket

PAGES: Final = "pages"
MEDIA: Final = "media"

_OK: Final = 200
_OURS: Final = b'"status"'
_SERVER: Final = "gunicorn"


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the pages are, and who stands before them.

    Attributes:
        is_inside: Whether we look from a container's network, from which the world may not be reached.
    """

    public_url: str
    media_url: str
    trusted_proxies: int
    is_inside: bool
    is_loopback: bool


def look_at_pages(site: Site) -> Iterator[Finding]:
    """Ask the pages whether they live, as a browser would."""
    try:
        answer = ask(f"{site.public_url}/_health")
    except (OSError, HTTPException) as error:
        yield judge_silence(PAGES, site.public_url, trouble(error), is_inside=site.is_inside)
        return
    yield judge_pages(site, answer)


def look_at_media(site: Site, private: S3Bucket, probe: ObjectKey) -> Iterator[Finding]:
    """Write a file and read it by a signed link, as a moderator's browser would."""
    try:
        private.put_stream(probe, io.BytesIO(PROBE), content_type="text/plain")
        try:
            answer = ask(private.view_link(probe))
        finally:
            private.delete([probe])
    except StorageUnavailable as error:
        yield unknown(MEDIA, f"the private bucket takes no file now ({error})", "Mend the bucket first.")
    except (OSError, HTTPException) as error:
        yield judge_silence(MEDIA, site.media_url, trouble(error), is_inside=site.is_inside)
    else:
        yield judge_media(site, answer)


def judge_silence(part: str, url: str, why: str, *, is_inside: bool) -> Finding:
    """Say what it means that nobody answers under an address for browsers."""
    if is_inside:
        found = f"{url} cannot be reached from inside this container ({why})"
        return unknown(part, found, f"Look from outside: curl --head {url}/{'_health' if part == PAGES else ''}")
    return wrong(part, f"{url}: {why}", "Start the proxy, and look at its certificate and at the name in the DNS.")


def judge_pages(site: Site, answer: Answer) -> Finding:
    """Say what the pages' answer means."""
    if answer.status != _OK or _OURS not in answer.body:
        found = f"{site.public_url}/_health answers {answer.status}, and not as our pages do"
        return wrong(
            PAGES, found, "Look where the proxy sends requests for this name, and whether the web process runs."
        )
    is_direct = answer.headers.get("server", "").startswith(_SERVER)
    if is_direct and site.trusted_proxies:
        found = (
            f"TRUSTED_PROXIES is {site.trusted_proxies} and no proxy stands before the pages: addresses can be made up"
        )
        return warning(PAGES, found, "Set TRUSTED_PROXIES=0, or PUBLIC_URL to the proxy's address.")
    if not is_direct and not site.trusted_proxies:
        found = (
            "a proxy stands before the pages and TRUSTED_PROXIES is 0: all visitors count as one, and share one limit"
        )
        return warning(PAGES, found, "Set TRUSTED_PROXIES to the number of your proxies, usually 1.")
    return ok(PAGES, f"{site.public_url} answers{'' if is_direct else ' through the proxy'}")


def judge_media(site: Site, answer: Answer) -> Finding:
    """Say what the answer to a signed link means."""
    if answer.status == _OK and answer.body == PROBE:
        if not site.is_loopback and answer.headers.get("x-content-type-options") != "nosniff":
            found = f"{site.media_url} gives signed files, without the header X-Content-Type-Options: nosniff"
            return warning(MEDIA, found, "Add it in the proxy before the media, as deploy/nginx.conf does.")
        return ok(MEDIA, f"{site.media_url} gives a file to whoever has a signed link")
    if b"SignatureDoesNotMatch" in answer.body:
        found = f"{site.media_url} refuses the signatures of links"
        mend = "The proxy must pass Host on as it came, and change nothing of path and query: see deploy/nginx.conf."
        return wrong(MEDIA, found, mend)
    found = f"{site.media_url} answers {answer.status} for a file that the bucket just took"
    return wrong(MEDIA, found, "S3_PUBLIC_URL must lead to the same S3 server as S3_ENDPOINT_URL.")
