"""Where the database of each capability lies, as plures.toml says it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plures.cli.project import Project
from plures.data import Dialect, Folder, Migrations, Place
from plures.topology import PlacedDatabase

CONNECTIONS: Final = 2


@dataclass(frozen=True)
class Owned:
    """One database: whose it is, where, and the migrations that the code has.

    Attributes:
        database: The name in plures.toml; None for an embedded one.
    """

    project: Project
    capability: str
    data: Path
    database: str | None
    migrations: Migrations

    @property
    def dialect(self) -> Dialect:
        """As plures.toml says it."""
        return Dialect.SQLITE if self.database is None else Dialect.POSTGRESQL

    @property
    def may_exist(self) -> bool:
        """False for an embedded one that no start has made yet."""
        return self.database is not None or Folder(self.data).file_of(self.capability).exists()

    def place(self) -> Place:
        """With its secrets; raises `PluresError` where the references of plures.toml lead to none."""
        server = self.project.settings.storage.server_of(self.capability)
        if server is None:
            return Folder(self.data)
        from plures.host import place_of

        placed = PlacedDatabase(server, CONNECTIONS)
        application = self.project.assembly.name
        return place_of(self.capability, placed, application=application, data=self.data, variables=os.environ)


def owned_in(project: Project, data: Path | None) -> dict[str, Owned]:
    """Each capability with a database."""
    owned: dict[str, Owned] = {}
    for name, capability in project.assembly.capabilities.items():
        if capability.has_database:
            server = project.settings.storage.server_of(name)
            folder = data or project.settings.data
            owned[name] = Owned(project, name, folder, None if server is None else server.name, capability.migrations)
    return owned
