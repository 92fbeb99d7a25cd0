"""[tls] in plures.toml: what is read, and what is refused."""

from pathlib import Path

import pytest

from plures.errors import InvalidInput
from plures.topology import Tls, parse

APPLICATION = '[application]\nimport = "shop.app:app"\ndata = "var"\n'
FILES = '[tls]\ncertificate = "a.crt"\nkey = "a.key"\ntrust = "ca.crt"'


def violations(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse(APPLICATION + text)
    return [
        f"{v.code.removeprefix('topology.')} {v.where.removeprefix('plures.toml:')}" for v in caught.value.violations
    ]


def test_an_empty_table_is_enough() -> None:
    assert parse(APPLICATION).tls is None
    tls = parse(APPLICATION + "[tls]").tls
    assert tls == Tls(Path("var/tls"), 24.0)
    assert tls.trusted == Path("var/tls/authority.crt")


def test_the_files_of_another_authority() -> None:
    tls = parse(APPLICATION + FILES).tls
    assert tls == Tls(certificate=Path("a.crt"), key=Path("a.key"), trust=Path("ca.crt"))
    assert tls.trusted == Path("ca.crt")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[tls]\ncertificate = "a"', ["tls_files 4 [tls]"]),
        (FILES + "\nhours = 3", ["tls_files 8 [tls] hours"]),
        (FILES + '\nauthority = "b"', ["tls_files 8 [tls] authority"]),
        ("[tls]\nhours = 0.5", ["tls_hours 5 [tls] hours"]),
        ("[tls]\nhours = 9999", ["tls_hours 5 [tls] hours"]),
        ("[tls]\nkeys = 1", ["unknown_key 5 [tls] keys"]),
    ],
)
def test_what_is_wrong_is_said_at_its_place(text: str, found: list[str]) -> None:
    assert violations(text) == found


PROCESS = '[topology.a]\nmain = {{ capabilities = ["x"], external = "{url}", peer = "{peer}" }}'


@pytest.mark.parametrize("peer", ["public", "spiffe://shop/x", "spiffe://cluster.local/ns/shop/sa/x"])
def test_whom_a_certificate_must_name(peer: str) -> None:
    [process] = parse(APPLICATION + "[tls]\n" + PROCESS.format(url="https://x", peer=peer)).topologies["a"].processes
    assert process.peer == peer


@pytest.mark.parametrize(
    ("table", "url", "peer"),
    [
        ("[tls]\n", "https://x", "payments"),
        ("[tls]\n", "https://x", "spiffe://shop"),
        ("[tls]\n", "http://x", "spiffe://shop/x"),
        ("", "https://x", "spiffe://shop/x"),
    ],
)
def test_a_peer_that_cannot_be_recognised_is_refused(table: str, url: str, peer: str) -> None:
    [found] = violations(table + PROCESS.format(url=url, peer=peer))
    assert found.startswith("tls_peer")
    assert found.endswith("peer")
