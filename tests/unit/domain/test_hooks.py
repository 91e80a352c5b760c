"""Where hooks may be, and how a call is signed."""

from __future__ import annotations

import pytest

from intake.domain.hooks import is_hook_url, may_be_called, sign


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
    ],
)
def test_neighbours_are_not_called(address: str) -> None:
    assert not may_be_called(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_the_internet_is(address: str) -> None:
    assert may_be_called(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "avvisi",
        "http://example.org/x",
        "ftp://example.org/x",
        "https://",
        "https://user:word@example.org/",
        "https://example.org/#part",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://intranet/x",
        "https://a.localhost/x",
        "https://10.0.0.1/x",
        "https://[::1]/x",
        "https://example.org/a b",
        "https://example.org/\r\nX: y",
        "https://[",
        "https://example.org/" + "x" * 500,
    ],
)
def test_an_address_of_a_hook_is_refused(url: str) -> None:
    assert not is_hook_url(url, is_at_home=False)


@pytest.mark.parametrize("url", ["https://example.org/x", "https://example.org:8443/x?a=b", "https://93.184.216.34/"])
def test_an_address_of_a_hook_is_taken(url: str) -> None:
    assert is_hook_url(url, is_at_home=False)


def test_at_home_this_machine_will_do() -> None:
    assert is_hook_url("http://127.0.0.1:9000/x", is_at_home=True)


def test_the_signature_is_that_of_standard_webhooks() -> None:
    # The example of the specification's reference libraries.
    signature = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
