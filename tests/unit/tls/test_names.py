import pytest

from plures.tls import named_peer

DNS = ("DNS", "payments.internal")
URI = ("URI", "spiffe://marketplace/payments")


@pytest.mark.parametrize(
    ("certificate", "name"),
    [
        (None, ""),
        ({}, ""),
        ({"subjectAltName": (DNS,)}, ""),
        ({"subjectAltName": (DNS, URI)}, "spiffe://marketplace/payments"),
        ({"subjectAltName": (("URI", "https://payments.internal"),)}, ""),
        ({"subjectAltName": (URI, ("URI", "spiffe://marketplace/checkout"))}, ""),
    ],
)
def test_a_peer_is_named_by_the_one_uri_of_its_certificate(certificate: dict[str, object] | None, name: str) -> None:
    assert named_peer(certificate) == name
