"""`plures sagas status`, `list` and `show`."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from plures.cli.console import mistakes_explained, print_json, say
from plures.cli.desks import as_json as _data
from plures.cli.desks import desk_options, limit_option
from plures.errors import PluresError, Text, did_you_mean

from .words import print_counts, print_details, print_sagas

if TYPE_CHECKING:
    from plures.host import sagas as admin

    from .desk import SagaDesks

STATES: Final = ("running", "compensating", "parked", "completed", "compensated")


@dataclass(eq=False)
class SagaNotFound(PluresError):
    """There is no saga with this id."""

    code = "cli.saga_not_found"
    wording = Text(
        "There is no saga {saga} {id!r}",
        why="none was begun with this id, or its time is over: those that have ended are kept for 14 days",
        fix="{hint}",
    )

    saga: str
    id: str
    hint: str


@click.command("status")
@click.argument("capabilities", metavar="[CAPABILITY]...", nargs=-1)
@desk_options
def status_command(capabilities: tuple[str, ...], *, data: Path | None, file: Path, as_json: bool) -> None:
    """Say how many sagas have not ended, by name and version, and how old they are. Default: those of all capabilities."""

    async def look() -> "list[tuple[str, admin.SagaCount]]":
        from .desk import open_saga_desks

        async with open_saga_desks(file, data, capabilities) as desks:
            return [(name, count) for name, desk in desks.by_capability.items() for count in await desk.counts(name)]

    with mistakes_explained(as_json=as_json):
        counts = asyncio.run(look())
    if as_json:
        print_json([{"capability": capability, **_data(count)} for capability, count in counts], pretty=False)
    elif counts:
        print_counts(counts)
    else:
        say("No saga is under way, and none is parked.")


@click.command("list")
@click.argument("capabilities", metavar="[CAPABILITY]...", nargs=-1)
@click.option("--saga", metavar="CAPABILITY.SAGA", help="Only those of this name.")
@click.option("--state", "states", type=click.Choice(STATES), multiple=True, help="Default: those that have not ended.")
@click.option("--version", type=int, help="Only those that this version began.")
@click.option("--step", help="Only those at this step, as in payments.take.")
@click.option("--id", "id_", help="Only the one with this id.")
@limit_option
@desk_options
def list_command(
    capabilities: tuple[str, ...],
    *,
    saga: str | None,
    data: Path | None,
    file: Path,
    as_json: bool,
    limit: int,
    **filters: Any,
) -> None:
    """List sagas; those that changed last come first. Default: those of all capabilities that have not ended."""

    async def look() -> "list[tuple[str, admin.SagaSummary]]":
        from .desk import open_saga_desks

        async with open_saga_desks(file, data, capabilities) as desks:
            chosen, which = await chosen_by(desks, saga, **filters)
            return [
                (name, each)
                for name, desk in desks.by_capability.items()
                if chosen in (None, name)
                for each in await desk.sagas(name, which, limit)
            ]

    with mistakes_explained(as_json=as_json):
        found = asyncio.run(look())
    if as_json:
        print_json([{"capability": capability, **_data(each)} for capability, each in found], pretty=False)
    elif found:
        print_sagas(found)
    else:
        say("No saga is like that.")


@click.command("show")
@click.argument("saga", metavar="CAPABILITY.SAGA")
@click.argument("id_", metavar="ID")
@click.option("--context", "with_context", is_flag=True, help="Show on whose behalf it was begun.")
@desk_options
def show_command(saga: str, id_: str, *, with_context: bool, data: Path | None, file: Path, as_json: bool) -> None:
    """Show one saga: what it was begun with, its steps, and what each answered."""

    async def look() -> "tuple[str, admin.SagaDetails]":
        from .desk import open_saga_desks

        async with open_saga_desks(file, data) as desks:
            capability, name = await desks.split(saga)
            return capability, await details_of(desks, capability, name, id_, with_context=with_context)

    with mistakes_explained(as_json=as_json):
        capability, details = asyncio.run(look())
    if as_json:
        print_json({"capability": capability, **_data(details)}, pretty=False)
    else:
        print_details(capability, details)


async def chosen_by(
    desks: "SagaDesks",
    saga: str | None,
    *,
    states: tuple[str, ...],
    version: int | None,
    step: str | None,
    id_: str | None,
) -> tuple[str | None, Any]:
    """The capability that is meant, None for all; and which of its sagas are."""
    from plures.host import sagas as admin

    capability, name = (None, None) if saga is None else await desks.split(saga)
    return capability, admin.SagaFilter(name, id_, version, step, tuple(admin.SagaState(state) for state in states))


async def details_of(
    desks: "SagaDesks",
    capability: str,
    saga: str,
    id: str,  # noqa: A002
    *,
    with_context: bool = False,
) -> "admin.SagaDetails":
    """One saga; raises `SagaNotFound`."""
    from plures.host import sagas as admin

    desk = desks.by_capability.get(capability)
    if desk is None:
        raise SagaNotFound(f"{capability}.{saga}", id, "None has begun: the application has not run here yet.")
    try:
        return await desk.show(capability, saga, id, with_context=with_context)
    except admin.NoSuchSaga:
        ids = [
            each.id
            for each in await desk.sagas(capability, admin.SagaFilter(saga, states=tuple(admin.SagaState)), 1000)
        ]
    hint = did_you_mean(id, ids) or f"`plures sagas list --saga {capability}.{saga}` shows those that have not ended."
    raise SagaNotFound(f"{capability}.{saga}", id, hint)
