"""Whose databases are copied: an application, and its capabilities that have one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from plures.data.migration import Migration
from plures.data.place import Server
from plures.data.revisions import AlembicMigrations
from plures.errors import did_you_mean

from .errors import UnknownCapability


@dataclass(frozen=True)
class Owners:
    """An application, and what its code knows of its databases.

    Attributes:
        data: The folder of the embedded databases.
        migrations: Capability → its numbered migrations, for each that has a database.
        servers: Capability → where its database is, for each that has it on a server.
        scripts: Capability → where its Alembic scripts are, for each that has such.
    """

    application: str
    data: Path
    migrations: Mapping[str, Sequence[Migration]]
    servers: Mapping[str, Server] = field(default_factory=dict[str, Server])
    scripts: Mapping[str, AlembicMigrations] = field(default_factory=dict[str, AlembicMigrations])

    def require(self, capabilities: Sequence[str]) -> None:
        """Raise `UnknownCapability` for the first that has no database."""
        for name in capabilities:
            if name not in self.migrations:
                known = f"it has databases of {', '.join(self.migrations)}" if self.migrations else "it has none"
                hint = did_you_mean(name, self.migrations) or "Name one that has a database."
                raise UnknownCapability(name, known, hint)

    def place_of(self, capability: str) -> str:
        """Where its database is, in words and without a password."""
        return str(self.servers.get(capability, self.data))
