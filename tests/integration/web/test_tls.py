"""TLS in the shipped proxy: each name has its certificate, and one that is renewed is read without a restart."""

from __future__ import annotations

import http.client
import socket
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.proxy import MEDIA_NAME, PAGES_NAME, Proxy, proxy_before
from tests.servers import free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    return tmp_path / "certificates"


@pytest.fixture
def proxy(certificates: Path, storage: str, tmp_path: Path) -> Iterator[Proxy]:
    certify(certificates, PAGES_NAME)
    certify(certificates, MEDIA_NAME)
    with proxy_before(NOWHERE, storage, tmp_path, media=free_port()) as running:
        yield running


def certify(certificates: Path, name: str) -> None:
    """Put a new certificate of our own for *name* where the proxy looks."""
    new, known = certificates / f".{name}", certificates / name
    new.mkdir(parents=True, exist_ok=True)
    known.mkdir(exist_ok=True)
    key = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-keyout", str(new / "privkey.pem"), "-out", str(new / "fullchain.pem")]
    subprocess.run([*key, *files, "-days", "2", "-subj", f"/CN={name}"], check=True, capture_output=True)
    # One file after the other, as whoever renews them does: in between they do not fit.
    (new / "privkey.pem").replace(known / "privkey.pem")
    (new / "fullchain.pem").replace(known / "fullchain.pem")


def kept(certificates: Path, name: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert((certificates / name / "fullchain.pem").read_text(encoding="ascii"))


def connected(proxy: Proxy, name: str) -> ssl.SSLSocket:
    """A browser that asks for *name*, and believes every certificate."""
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    return trusting.wrap_socket(socket.create_connection(("127.0.0.1", proxy.tls_port)), server_hostname=name)


def shown(proxy: Proxy, name: str) -> bytes | None:
    """The certificate that the proxy shows whoever asks for *name*."""
    with connected(proxy, name) as line:
        return line.getpeercert(binary_form=True)


def test_each_name_has_its_certificate(proxy: Proxy, certificates: Path) -> None:
    assert shown(proxy, PAGES_NAME) == kept(certificates, PAGES_NAME)
    assert shown(proxy, MEDIA_NAME) == kept(certificates, MEDIA_NAME)


def test_by_its_name_the_media_are_reached(proxy: Proxy) -> None:
    with connected(proxy, MEDIA_NAME) as line:
        line.sendall(f"GET /healthz HTTP/1.1\r\nHost: {MEDIA_NAME}\r\nConnection: close\r\n\r\n".encode())
        answer = http.client.HTTPResponse(line)
        answer.begin()

    assert answer.status == 200
    assert answer.getheader("X-Content-Type-Options") == "nosniff"


def test_plain_http_leads_to_tls_and_nowhere_else(proxy: Proxy) -> None:
    line = http.client.HTTPConnection("127.0.0.1", proxy.plain_port)

    line.request("GET", "/gallery/pistoia2030?page=2", headers={"Host": PAGES_NAME})
    answer = line.getresponse()

    assert answer.status == 308
    assert answer.getheader("Location") == f"https://{PAGES_NAME}/gallery/pistoia2030?page=2"


def test_a_certificate_that_is_renewed_is_shown_soon(proxy: Proxy, certificates: Path) -> None:
    certify(certificates, PAGES_NAME)

    wait_until(lambda: shown(proxy, PAGES_NAME) == kept(certificates, PAGES_NAME), what="the new certificate")


def test_a_certificate_that_is_copied_half_ends_nothing(proxy: Proxy, certificates: Path) -> None:
    before = kept(certificates, PAGES_NAME)
    (certificates / PAGES_NAME / "fullchain.pem").write_text("-----BEGIN CERTIFICATE-----\nMII", encoding="ascii")

    wait_until(lambda: "cannot load certificate" in proxy.server.output, what="the complaint")
    still = shown(proxy, PAGES_NAME)
    certify(certificates, PAGES_NAME)

    assert still == before
    wait_until(lambda: shown(proxy, PAGES_NAME) == kept(certificates, PAGES_NAME), what="the whole certificate")
