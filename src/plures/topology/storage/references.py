"""References to secrets in a text, `${NAME}`, and the URL of a PostgreSQL server with or without them."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

_REFERENCE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SCHEMES: Final = ("postgresql", "postgres")


def variables_in(text: str) -> frozenset[str]:
    """The names of the variables that a text refers to."""
    return frozenset(_REFERENCE.findall(text))


def filled(text: str, variables: Mapping[str, str]) -> str:
    """The text with the value of each variable in its place. A variable that is only a part of user or password may hold any character.

    Raises:
        KeyError: With the name of a variable that is not set, or empty.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if not variables.get(name):
            raise KeyError(name)
        is_in_login = match.end() <= text.rfind("@")
        return quote(variables[name], safe="") if is_in_login else variables[name]

    return _REFERENCE.sub(value, text).strip()


def is_reference(text: str) -> bool:
    """Whether a text is one reference and nothing else."""
    return bool(_REFERENCE.fullmatch(text))


def with_digits(text: str) -> str:
    """The text with a digit in place of each reference: one is right in each part of a URL."""
    return _REFERENCE.sub("1", text)


def is_server_url(text: str) -> bool:
    """Whether a URL, or a text that a URL comes of when its references are filled, names a host and a database."""
    if is_reference(text):
        return True
    try:
        url = urlsplit(with_digits(text))
        has_port = url.port is None or url.port > 0
    except ValueError:
        return False
    has_name = len(url.path) > 1 and "/" not in url.path[1:]
    is_clean = text.isprintable() and " " not in text and not url.fragment
    # The folder of a Unix socket has no place but a parameter.
    has_host = bool(url.hostname) or any(name == "host" for name, _ in parse_qsl(url.query))
    return url.scheme in _SCHEMES and has_host and has_name and has_port and is_clean


def has_literal_secret(text: str) -> bool:
    """Whether a password stands in the text itself."""
    try:
        url = urlsplit(_REFERENCE.sub("", text))
        secrets = [value for name, value in parse_qsl(url.query) if "password" in name.lower()]
        return bool(url.password) or any(secrets)
    except ValueError:
        # What is no URL might be one with a mistake in its password.
        return False
