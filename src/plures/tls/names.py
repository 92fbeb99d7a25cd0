"""The name of a process in a certificate: `spiffe://<application>/<process>`, the one URI of an X.509-SVID."""

import re
from collections.abc import Mapping
from typing import Any, Final

SCHEME: Final = "spiffe://"
# What a trust domain of SPIFFE may not have in it.
_STRANGE: Final = re.compile(r"[^a-z0-9._-]+")


def spiffe_name(application: str, process: str) -> str:
    """What the certificate of a process of an application says."""
    return f"{SCHEME}{_STRANGE.sub('-', application.lower())}/{process}"


def names_of(peers: Mapping[str, str], application: str) -> dict[str, str]:
    """Base URL → SPIFFE name, of peers by URL that are processes of an application or have whole names."""
    return {url: name if name.startswith(SCHEME) else spiffe_name(application, name) for url, name in peers.items()}


def named_peer(certificate: Mapping[str, Any] | None) -> str:
    """The SPIFFE name in a verified certificate, as `ssl.SSLObject.getpeercert` gives it; empty where it has none.

    Source: X.509-SVID, section 2: a certificate with several URIs is none.
    """
    alternatives = (certificate or {}).get("subjectAltName", ())
    uris = [value for kind, value in alternatives if kind == "URI"]
    return uris[0] if len(uris) == 1 and uris[0].startswith(SCHEME) else ""
