"""Where the data of a capability lies: in a folder, or on a server."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec

_HIDDEN: Final = "***"
_LEAST_CONNECTIONS: Final = 2
"""One to write and one to read: a read inside a write would else wait for itself."""


class Folder(msgspec.Struct, frozen=True):
    """Of the embedded databases, one SQLite file for each capability."""

    path: Path

    def file_of(self, capability: str) -> Path:
        """Where the database of a capability is, or will be."""
        return self.path / f"{capability}.sqlite3"

    def of_command(self, capability: str) -> Path:
        """A folder for what a program in another language keeps, where that implements a capability."""
        return self.path / "commands" / capability


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server, and the capability's schema on it. No text that it gives shows a password.

    Attributes:
        url: `postgresql://role:password@host:port/database`.
        schema: The only one that the capability's statements see.
        most_connections: So many may be open at once. Half of them write, the others read.
        patience_s: How long a connection may take to open, in seconds.
        application: The application that the schema must belong to; empty in a test that does not ask.
    """

    url: str = field(repr=False)
    schema: str
    most_connections: int = 10
    patience_s: float = 5.0
    application: str = ""

    def __post_init__(self) -> None:
        """Refuse what could never work."""
        if self.most_connections < _LEAST_CONNECTIONS:
            message = f"most_connections is {self.most_connections}, and the least is {_LEAST_CONNECTIONS}"
            raise ValueError(message)

    @property
    def address(self) -> str:
        """Where it is, without user and password."""
        scheme, _, rest = redacted(self.url).partition("://")
        login, at, address = rest.partition("@")
        return f"{scheme}://{address if at and '/' not in login else rest}"

    def __str__(self) -> str:
        return f"{redacted(self.url)} (schema {self.schema})"


Place: TypeAlias = Folder | Server


def redacted(url: str) -> str:
    """The URL with `***` for passwords; as little as its scheme when it cannot be read."""
    try:
        parts = urlsplit(url)
        address, at, host = parts.netloc.rpartition("@")
        user, colon, _ = address.partition(":")
        # Raises ValueError for a host or a port that is none: a part of a password with a slash might stand there.
        _ = parts.port, parts.hostname
    except ValueError:
        return _unreadable(url)
    if "@" in parts.path or "@" in parts.query or "@" in parts.fragment:
        return _unreadable(url)
    query = [(name, _HIDDEN if "password" in name.lower() else value) for name, value in parse_qsl(parts.query)]
    netloc = f"{user}{colon and ':' + _HIDDEN}{at}{host}"
    return parts._replace(netloc=netloc, query=urlencode(query, safe="*/", quote_via=quote), fragment="").geturl()


def _unreadable(url: str) -> str:
    return f"{'postgresql' if url.startswith('postgres') else 'a server'}://{_HIDDEN}"
