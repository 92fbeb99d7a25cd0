"""Runs an application, or finds the one that runs, and holds it to its contracts."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias, cast

from plures.application import imported
from plures.cli.contract.errors import NoSuchContract
from plures.cli.finding import NothingRuns, place_of, run_here, trust_of
from plures.cli.project import Project
from plures.contract import ContractDescription
from plures.errors import InvalidInput, did_you_mean
from plures.testing import Running, Trial, Where, run
from plures.trials import Effort, Elsewhere, Examined, NoSuchOperation, hold_to_contract

from .errors import NoTrials

_WHERE: Final = {
    "process": Where.IN_PROCESS,
    "checked": Where.CHECKED,
    "wire": Where.OVER_THE_WIRE,
    "processes": Where.LOCAL_PROCESSES,
}
_FIX: Final = "Name a sequence of Trial, as module:attribute, below [application] of plures.toml."
PlaceOf: TypeAlias = Callable[[str], Running | Elsewhere]


@dataclass(frozen=True)
class Wanted:
    """What is tested, and where.

    Attributes:
        contracts: Names of capabilities, of contracts or of their classes; all where there are none.
        url: What answers there; empty for the application.
        placement: Where the application runs.
    """

    contracts: tuple[str, ...]
    url: str
    placement: str
    effort: Effort


@dataclass(frozen=True)
class Tested:
    """One contract, and what its operations were asked."""

    contract: ContractDescription
    operations: list[Examined]


def tested(project: Project, wanted: Wanted, data: Path) -> list[Tested]:
    """Test contracts; raises `PluresError` where that cannot be.

    Args:
        data: The data folder of the run that may be tested.
    """
    chosen = _chosen(project, wanted)
    trials = _trials(project)
    return asyncio.run(_tested(project, wanted, data, chosen, trials))


async def _tested(
    project: Project, wanted: Wanted, data: Path, chosen: list[ContractDescription], trials: dict[type, Trial]
) -> list[Tested]:
    results: list[Tested] = []
    async with _places(project, wanted, data) as place_for:
        for each in chosen:
            python = each.python
            trial = trials.get(python, Trial(python))
            known = [name for name in wanted.effort.operations if _has(each, name)]
            effort = replace(wanted.effort, operations=known)
            place = place_for(each.capability)
            results.append(Tested(each, await hold_to_contract(place, each, trial, effort)))
    return results


@asynccontextmanager
async def _places(project: Project, wanted: Wanted, data: Path) -> AsyncGenerator[PlaceOf]:
    """Where each capability is asked, while the context lasts."""
    if wanted.url:
        elsewhere = Elsewhere(*place_of(wanted.url, data))
        yield lambda _: elsewhere
    elif wanted.placement == "running":
        yield _running(data)
    else:
        with TemporaryDirectory() as folder:
            where = _WHERE[wanted.placement]
            application = project.settings.application
            async with run(application, where, data=Path(folder), edge=False) as running:
                yield lambda _: running


def _running(data: Path) -> PlaceOf:
    found = run_here(data)
    if found is None:
        raise NothingRuns(f"no run keeps the data folder {data}")
    tls = trust_of(found)

    def place(capability: str) -> Elsewhere:
        url = next(iter(found.capabilities.get(capability, ())), "")
        if not url:
            raise NothingRuns(f"{found.application} runs, and {capability} answers nowhere in it")
        return Elsewhere(url, found.tokens.get(url, ""), tls)

    return place


def _chosen(project: Project, wanted: Wanted) -> list[ContractDescription]:
    """The contracts that are named, in whichever way, and have the operations that are named."""
    contracts = project.assembly.contracts
    known: dict[str, list[ContractDescription]] = {}
    for each in contracts:
        # By one of its versions, or by what they share.
        for key in _names(each):
            known.setdefault(key, []).append(each)
    for name in wanted.contracts:
        if name not in known:
            names = [each.python.__name__ for each in contracts]
            raise NoSuchContract(name, did_you_mean(name, known) or f"It has {', '.join(names)}.")
    chosen = [each for name in wanted.contracts for each in known[name]] or [*contracts]
    for name in wanted.effort.operations:
        if not any(_has(each, name) for each in chosen):
            names = [operation for each in chosen for operation in each.operations]
            raise NoSuchOperation(", ".join(each.name for each in chosen), name, names)
    if wanted.effort.operations:
        chosen = [each for each in chosen if any(_has(each, name) for name in wanted.effort.operations)]
    return chosen


def _names(contract: ContractDescription) -> tuple[str, ...]:
    return contract.capability, contract.name, contract.python.__name__


def _has(contract: ContractDescription, name: str) -> bool:
    return name in contract.operations or any(each.wire_name == name for each in contract.operations.values())


def _trials(project: Project) -> dict[type, Trial]:
    """What is to be known of each contract; raises `PluresError`."""
    if not project.settings.trials:
        return {}
    found = imported(project.settings.trials, fix=_FIX)
    listed = [*cast("tuple[object, ...]", found)] if isinstance(found, list | tuple) else []
    trials = [each for each in listed if isinstance(each, Trial)]
    if len(trials) < max(1, len(listed)):
        raise NoTrials(project.settings.trials)
    problems = [violation for each in trials for violation in each.problems()]
    if problems:
        raise InvalidInput(project.settings.trials, problems)
    return {each.contract: each for each in trials}
