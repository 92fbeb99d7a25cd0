"""The databases of plures.toml and who uses them, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from plures.errors import PluresError, Text, did_you_mean

from .references import variables_in

SQLITE: Final = "sqlite"
"""Stands for the embedded databases, wherever a database is named."""

MOST_CONNECTIONS: Final = 80
"""A server of PostgreSQL allows 100, unless it is told otherwise."""


class DatabaseServer(msgspec.Struct, frozen=True):
    """One database on a server of PostgreSQL.

    Attributes:
        url: Where it is, with references in place of secrets; empty when a file holds it.
        url_file: The file that holds the URL.
        most_connections: How many connections all replicas together may open.
        passwords: Folder with a file for each capability, which holds the password of its role.
    """

    name: str
    url: str = ""
    url_file: Path | None = None
    most_connections: int = MOST_CONNECTIONS
    passwords: Path | None = None

    @property
    def variables(self) -> frozenset[str]:
        """The variables of the environment that it refers to."""
        return variables_in(self.url)


class PlacedDatabase(msgspec.Struct, frozen=True):
    """Where the database of one capability in one replica is.

    Attributes:
        connections: How many the replica may open for this capability.
    """

    server: DatabaseServer
    connections: int


@dataclass(eq=False)
class UnknownDatabase(PluresError):
    """A database was asked for that plures.toml does not have."""

    code = "topology.unknown_database"
    wording = Text("There is no database {name!r}", why="plures.toml has {known}", fix="{hint}")

    name: str
    known: str
    hint: str


class Storage(msgspec.Struct, frozen=True):
    """Which database each capability uses.

    Attributes:
        servers: By name.
        default: Name of the database of those that choose none.
        chosen: Capability → name of its database.
    """

    servers: Mapping[str, DatabaseServer] = msgspec.field(default_factory=dict[str, DatabaseServer])
    default: str = SQLITE
    chosen: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])

    def server_of(self, capability: str) -> DatabaseServer | None:
        """Where the data of a capability is; None for an embedded database."""
        return self.servers.get(self.chosen.get(capability, self.default))

    def server(self, name: str) -> DatabaseServer:
        """The database of this name.

        Raises:
            UnknownDatabase: There is none.
        """
        try:
            return self.servers[name]
        except KeyError:
            hint = did_you_mean(name, self.servers) or f"Name one of them, or add a table [databases.{name}]."
            raise UnknownDatabase(name, ", ".join(sorted(self.servers)) or "none", hint) from None

    @property
    def variables(self) -> frozenset[str]:
        """All variables of the environment that hold secrets of databases."""
        return frozenset[str]().union(*(server.variables for server in self.servers.values()))


EMBEDDED: Final = Storage()
"""All databases are embedded: what holds when plures.toml says nothing."""
