"""`plures sagas resume`, `compensate` and `close`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plures.cli.console import mistakes_explained, print_json, say
from plures.cli.desks import desk_options
from plures.errors import PluresError, Text

from .looking import STATES, chosen_by, details_of
from .words import counted, standing_of

if TYPE_CHECKING:
    from plures.host import sagas as admin

    from .desk import SagaDesks


@dataclass(eq=False)
class NoSagaChosen(PluresError):
    """A command that changes sagas was not told which ones."""

    code = "cli.no_saga_chosen"
    wording = Text(
        "Nothing says which sagas are to be {done}",
        fix="Name one by its saga and its id, as in ordering.place 4711; or a filter: --saga, --version, --step, --state; or --all for all that are parked.",
    )

    done: str


@dataclass(eq=False)
class SagaNotChanged(PluresError):
    """A saga is not in a state in which a command changes it."""

    code = "cli.saga_not_changed"
    wording = Text(
        "Saga {saga} {id!r} cannot be {done}", why="{why_not}", fix="`plures sagas show {saga} {id!r}` shows it."
    )

    saga: str
    id: str
    done: str
    why_not: str


@dataclass(frozen=True)
class _Verb:
    """What a command does, and how it says so."""

    name: str
    done: str
    told: str


_RESUME = _Verb("resume", "resumed", "resumed")
_COMPENSATE = _Verb("compensate", "taken back", "being taken back")
_CLOSE = _Verb("close", "closed", "closed")


def _choosing(command: Callable[..., Any]) -> Callable[..., Any]:
    """`[CAPABILITY.SAGA ID] --saga --version --step --state --all`."""
    for option in (
        desk_options,
        click.option("--all", "everything", is_flag=True, help="All that are parked."),
        click.option(
            "--state", "states", type=click.Choice(STATES[:3]), multiple=True, help="Default: those that are parked."
        ),
        click.option("--step", help="Those at this step, as in payments.take."),
        click.option("--version", type=int, help="Those that this version began."),
        click.option("--saga", "of_name", metavar="CAPABILITY.SAGA", help="Those of this name."),
        click.argument("id_", metavar="[ID]", required=False),
        click.argument("saga", metavar="[CAPABILITY.SAGA]", required=False),
    ):
        command = option(command)
    return command


@click.command("resume")
@_choosing
def resume_command(**options: Any) -> None:
    """Let parked sagas go on where they were. Those that wait for another attempt make it now.

    One by its name and id, or all that a filter means.
    """
    _decide(_RESUME, **options)


@click.command("compensate")
@_choosing
def compensate_command(**options: Any) -> None:
    """Have sagas taken back that are parked or under way, the last step first, also past their point of no return.

    One by its name and id, or all that a filter means.
    """
    _decide(_COMPENSATE, **options)


@click.command("close")
@_choosing
def close_command(**options: Any) -> None:
    """End parked sagas as taken back, without another call: when you have done by hand what was left.

    One by its name and id, or all that a filter means.
    """
    _decide(_CLOSE, **options)


def _decide(
    verb: _Verb,
    *,
    saga: str | None,
    id_: str | None,
    of_name: str | None,
    version: int | None,
    step: str | None,
    states: tuple[str, ...],
    everything: bool,
    data: Path | None,
    file: Path,
    as_json: bool,
) -> None:
    async def decide() -> "tuple[admin.SagasChanged, bool]":
        from plures.host import sagas as admin

        from .desk import open_saga_desks

        async with open_saga_desks(file, data) as desks:
            if saga is not None and id_ is not None:
                return await _one(desks, verb, saga, id_), desks.is_running
            capability, which = await chosen_by(desks, of_name, states=states, version=version, step=step, id_=None)
            all_changed = [
                await getattr(desk, verb.name)(name, which)
                for name, desk in desks.by_capability.items()
                if capability in (None, name)
            ]
            changed = sum(each.changed for each in all_changed)
            return admin.SagasChanged(changed, sum(each.final for each in all_changed)), desks.is_running

    with mistakes_explained(as_json=as_json):
        is_filtered = of_name is not None or version is not None or step is not None or bool(states) or everything
        if (saga is None or id_ is None) and (saga is not None or not is_filtered):
            raise NoSagaChosen(verb.done)
        changed, is_running = asyncio.run(decide())
    if as_json:
        final = {"past_point_of_no_return": changed.final} if verb is _COMPENSATE else {}
        print_json({verb.done.replace(" ", "_"): changed.changed, **final}, pretty=False)
    else:
        _say(verb, changed, is_running=is_running)


async def _one(desks: "SagaDesks", verb: _Verb, name: str, id: str) -> Any:  # noqa: A002
    from plures.host import sagas as admin

    capability, saga = await desks.split(name)
    before = (await details_of(desks, capability, saga, id)).saga
    which = admin.SagaFilter(
        saga, id, states=(admin.SagaState.RUNNING, admin.SagaState.COMPENSATING, admin.SagaState.PARKED)
    )
    changed = await getattr(desks.by_capability[capability], verb.name)(capability, which)
    if not changed.changed:
        raise SagaNotChanged(name, id, verb.done, standing_of(before))
    return changed


def _say(verb: _Verb, changed: "admin.SagasChanged", *, is_running: bool) -> None:
    count = changed.changed
    say(f"{counted(count)} {'is' if count == 1 else 'are'} {verb.told}.")
    if verb is _COMPENSATE and changed.final:
        had = "It had" if count == 1 else f"{changed.final} of them had"
        say((f"{had} passed the point of no return: look whether others rely on what was done.", "yellow"))
    if count and not is_running and verb is not _CLOSE:
        say("The application does not run; it goes on with them when it does.")
