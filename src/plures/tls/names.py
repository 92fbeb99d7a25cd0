"""The name of a process in a certificate: `spiffe://<application>/<process>`, the one URI of an X.509-SVID."""

from collections.abc import Mapping
from typing import Any, Final

SCHEME: Final = "spiffe://"


def named_peer(certificate: Mapping[str, Any] | None) -> str:
    """The SPIFFE name in a verified certificate, as `ssl.SSLSocket.getpeercert` gives it; empty where it has none.

    Source: X.509-SVID, section 2: a certificate with several URIs is none.
    """
    alternatives = (certificate or {}).get("subjectAltName", ())
    uris = [value for kind, value in alternatives if kind == "URI"]
    return uris[0] if len(uris) == 1 and uris[0].startswith(SCHEME) else ""
