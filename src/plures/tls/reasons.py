"""Why two sides do not come to speak TLS, in words that say what to do about it."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

# By the code of OpenSSL for what is wrong with the certificate of the other side.
_VERIFYING: Final[Mapping[int, str]] = {
    9: "its certificate is not good yet by the clock here ({now}): compare the clocks of both machines",
    10: "its certificate has ended by the clock here ({now}): have it renewed there, or compare the clocks of both machines",
    18: "its certificate is signed by itself: let an authority that is trusted here issue it",
    19: "its authority is not trusted here: give both sides the same authorities to trust",
    20: "its authority is not trusted here: give both sides the same authorities to trust",
    21: "its authority is not trusted here: give both sides the same authorities to trust",
    26: "its certificate is not made for this side of a connection: it needs both serverAuth and clientAuth",
    62: "its certificate is of another host: call it by a name that the certificate has",
    64: "its certificate is of another address: call it by a name that the certificate has",
}
_PLAIN: Final = "it speaks plain HTTP there: write http:// in its URL, or give it a table [tls]"
_UNTRUSTED: Final = "it does not trust the authority of our certificate: give both sides the same authorities to trust"
_REFUSED: Final = "it refuses our certificate; its log says why"
# By the reason of OpenSSL for what the other side says, or for what it is.
_SAYING: Final[Mapping[str, str]] = {
    "ALERT_CERTIFICATE_EXPIRED": "our certificate has ended by the clock there (here it is {now}): see the log for why it is not renewed, "
    "or compare the clocks of both machines",
    "ALERT_UNKNOWN_CA": _UNTRUSTED,
    "ALERT_BAD_CERTIFICATE": _REFUSED,
    "ALERT_CERTIFICATE_UNKNOWN": _REFUSED,
    "ALERT_CERTIFICATE_REVOKED": _REFUSED,
    "ALERT_UNSUPPORTED_CERTIFICATE": _REFUSED,
    "ALERT_ACCESS_DENIED": _REFUSED,
    "ALERT_CERTIFICATE_REQUIRED": "it asks for a certificate, and we show none: begin a table [tls] in plures.toml",
    "ALERT_PROTOCOL_VERSION": "the two sides share no version of TLS: 1.2 is the least here",
    "ALERT_HANDSHAKE_FAILURE": "the two sides share no cipher, or it asks for a certificate that we do not show",
    "UNSUPPORTED_PROTOCOL": "the two sides share no version of TLS: 1.2 is the least here",
    "NO_SHARED_CIPHER": "the two sides share no cipher",
    "WRONG_VERSION_NUMBER": _PLAIN,
    "RECORD_LAYER_FAILURE": _PLAIN,
    "PACKET_LENGTH_TOO_LONG": _PLAIN,
    "HTTP_REQUEST": _PLAIN,
}


def reason(error: Exception, now: datetime | None = None) -> str:
    """What an error of a handshake means, with the time of the clock here, for clocks are often the cause."""
    moment = f"{now or datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(error, ssl.SSLCertVerificationError):
        known = _VERIFYING.get(error.verify_code)
        return known.format(now=moment) if known else f"its certificate is not taken: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        code = error.reason or ""
        for end, known in _SAYING.items():
            if code.endswith(end):
                return known.format(now=moment)
        return f"TLS fails: {code.lower().replace('_', ' ') or error}"
    return str(error) or "the other side closes the connection"


def is_refusal(error: Exception | None) -> bool:
    """Whether the other side says by this error that it does not take our side of a handshake."""
    return isinstance(error, ssl.SSLError) and "_ALERT_" in (error.reason or "")


def wrong_name(found: str, expected: str) -> str:
    """What to say of a peer that is not the one that is called."""
    shown = f"is of {found}" if found else "has no SPIFFE name"
    return f'its certificate {shown} and {expected} is called: correct the address, or name it by peer = "…" beside external'
