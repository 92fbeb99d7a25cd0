"""The URL of servers of NATS, with or without references to secrets."""

from typing import Final
from urllib.parse import urlsplit

from plures.topology.storage import has_literal_secret, is_reference, with_digits

_SCHEMES: Final = ("nats", "tls")


def is_broker_url(text: str) -> bool:
    """Whether a text, or what comes of it when its references are filled, names hosts, with a comma between two."""
    return is_reference(text) or all(_is_server(part) for part in with_digits(text).split(","))


def holds_secret(text: str) -> bool:
    """Whether a password or a token stands in the text itself."""
    return any(has_literal_secret(part) or _has_token(part) for part in text.split(","))


def _is_server(text: str) -> bool:
    try:
        url = urlsplit(text)
        has_port = url.port is None or url.port > 0
    except ValueError:
        return False
    is_clean = text.isprintable() and " " not in text and not (url.query or url.fragment)
    return url.scheme in _SCHEMES and bool(url.hostname) and has_port and url.path in ("", "/") and is_clean


def _has_token(text: str) -> bool:
    """A user without a password is a token."""
    login, at, _ = text.rpartition("@")
    login = login.partition("://")[2]
    return bool(at) and ":" not in login and bool(login) and not is_reference(login)
