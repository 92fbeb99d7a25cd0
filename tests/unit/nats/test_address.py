"""What a URL of NATS servers says, and what is never shown of it."""

import pytest

from plures.nats import Address, address_of


@pytest.mark.parametrize(
    ("url", "address", "shown"),
    [
        ("nats://nats.internal", Address(("nats://nats.internal:4222",)), "nats.internal:4222"),
        ("tls://one:4333,tls://two", Address(("tls://one:4333", "tls://two:4222")), "one:4333, two:4222"),
        ("nats://[::1]:4222/", Address(("nats://[::1]:4222",)), "[::1]:4222"),
        ("nats://shop:p%40ss%2F@one,nats://two", Address(("nats://one:4222", "nats://two:4222"), "shop", "p@ss/"), "one:4222, two:4222"),
        ("nats://one,nats://t0ken@two", Address(("nats://one:4222", "nats://two:4222"), token="t0ken"), "one:4222, two:4222"),
    ],
)  # fmt: skip
def test_a_url_is_taken_apart(url: str, address: Address, shown: str) -> None:
    assert address_of(url) == address
    assert str(address) == shown


def test_a_login_is_not_shown() -> None:
    text = repr(address_of("nats://shop:s3cret@one")) + repr(address_of("nats://s3cret@one"))
    assert "s3cret" not in text
