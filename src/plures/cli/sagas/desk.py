"""What answers for the sagas of each capability that begins some."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from plures.application import Assembly
from plures.cli.desks import misnamed, open_desks
from plures.cli.project import open_project
from plures.data import Database
from plures.errors import PluresError, Text
from plures.host import sagas as admin
from plures.sagas import is_prepared


@dataclass(eq=False)
class BeginsNoSagas(PluresError):
    """A command about sagas was given the name of a capability that begins none."""

    code = "cli.begins_no_sagas"
    wording = Text("Capability {name!r} begins no sagas", why="those that do are {known}", fix="{hint}")

    name: str
    known: str
    hint: str


@dataclass(eq=False)
class NoSagaOfThatName(PluresError):
    """A command was given the name of a saga that is none."""

    code = "cli.no_such_saga"
    wording = Text("There is no saga {name!r}", why="there are {known}", fix="{hint}")

    name: str
    known: str
    hint: str


@dataclass(frozen=True)
class SagaDesks:
    """One for each capability that begins sagas.

    Attributes:
        by_capability: Capability → what answers for its sagas.
        is_running: Whether the application runs.
    """

    assembly: Assembly
    by_capability: Mapping[str, admin.SagaAdmin]
    is_running: bool

    async def split(self, name: str) -> tuple[str, str]:
        """`ordering.place` → its capability and its own name, also where the code does not have it any more.

        Raises:
            NoSagaOfThatName: There is none.
        """
        known = {f"{each}.{saga}" for each in self.assembly.capabilities for saga in self._in_code(each)}
        if name not in known:
            known |= {f"{each}.{saga}" for each, desk in self.by_capability.items() for saga in await desk.names(each)}
        if name in known:
            capability, _, saga = name.partition(".")
            return capability, saga
        # The name of the capability was left out.
        close = [each for each in sorted(known) if each.endswith(f".{name}")]
        otherwise = f"Did you mean {close[0]!r}?" if close else "Name one of these."
        raise misnamed(NoSagaOfThatName, name, sorted(known), otherwise)

    def _in_code(self, capability: str) -> set[str]:
        found = self.assembly.capabilities.get(capability)
        return {each.name for each in found.sagas} if found is not None else set()


@asynccontextmanager
async def open_saga_desks(file: Path, data: Path | None, capabilities: Sequence[str] = ()) -> AsyncGenerator[SagaDesks]:
    """Those of these capabilities, or all.

    Raises:
        PluresError: The project is wrong, one of the names, or a database cannot be opened.
    """
    project = open_project(file)
    all_of = project.assembly.capabilities
    known = [name for name, capability in all_of.items() if capability.begins_sagas]
    # The code may have lost its sagas while some were under way.
    left = [name for name, capability in all_of.items() if capability.has_database and name not in known]
    chosen = capabilities or (*known, *left)
    served, forgotten = ([name for name in chosen if name in each] for each in (known, left))
    async with open_desks(project, data, admin.SagaAdmin, served, _over, forgotten=forgotten) as desks:
        for name in capabilities:
            if name not in known and name not in desks.by_capability:
                raise misnamed(BeginsNoSagas, name, known, "Name one of them, or leave the name out for all.")
        yield SagaDesks(project.assembly, desks.by_capability, desks.is_running)


async def _over(capability: str, database: Database) -> admin.SagaAdmin | None:
    return admin.SagaAdminService({capability: admin.SagaDesk(database)}) if await is_prepared(database) else None
