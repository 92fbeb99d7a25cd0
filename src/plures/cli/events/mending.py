"""`plures events resubmit`, `discard` and `forget`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from plures.cli.console import mistakes_explained, print_json, say
from plures.cli.desks import desk_options
from plures.errors import PluresError, Text


@dataclass(eq=False)
class NothingChosen(PluresError):
    """A command that changes deliveries was not told which ones."""

    code = "cli.nothing_chosen"
    wording = Text(
        "Nothing says which events of {subscription} are meant",
        fix="Name a sequence, or a filter: --key, --type; or --all for all that are parked for it.",
    )

    subscription: str


def _choosing(command: Callable[..., Any]) -> Callable[..., Any]:
    """`SUBSCRIPTION [SEQUENCE] --key --type --all`."""
    for option in (
        desk_options,
        click.option("--all", "everything", is_flag=True, help="All that are parked for it."),
        click.option("--type", "type_", metavar="EVENT", help="Those of this name."),
        click.option("--key", help="Those with this key."),
        click.argument("sequence", type=int, required=False),
        click.argument("subscription"),
    ):
        command = option(command)
    return command


@click.command("resubmit")
@_choosing
def resubmit_command(subscription: str, **options: Any) -> None:
    """Deliver parked events again, as if they had never failed."""
    _change(subscription, "resubmit", "resubmitted", **options)


@click.command("discard")
@_choosing
def discard_command(subscription: str, **options: Any) -> None:
    """Give parked events up. What waits behind them follows."""
    _change(subscription, "discard", "discarded", **options)


@click.command("forget")
@click.argument("subscription")
@desk_options
def forget_command(subscription: str, *, data: Path | None, file: Path, as_json: bool) -> None:
    """Keep no more events for a subscription that the code does not have any more."""

    async def forget() -> None:
        from .desk import open_event_desks

        async with open_event_desks(file, data) as desks:
            publisher = await desks.publisher_of(subscription)
            await desks.by_publisher[publisher].forget(publisher, subscription)

    with mistakes_explained(as_json=as_json):
        asyncio.run(forget())
    if as_json:
        print_json({"forgotten": subscription}, pretty=False)
    else:
        say(f"{subscription} is forgotten. If the code still has it, it begins anew at the next start.")


def _change(
    subscription: str,
    verb: str,
    done: str,
    *,
    sequence: int | None,
    key: str | None,
    type_: str | None,
    everything: bool,
    data: Path | None,
    file: Path,
    as_json: bool,
) -> None:
    async def change() -> int:
        from plures.host import Which

        from .desk import open_event_desks

        async with open_event_desks(file, data) as desks:
            publisher = await desks.publisher_of(subscription)
            method = getattr(desks.by_publisher[publisher], verb)
            count: int = await method(publisher, Which(subscription, sequence, type_, key))
            return count

    with mistakes_explained(as_json=as_json):
        if sequence is None and key is None and type_ is None and not everything:
            raise NothingChosen(subscription)
        count = asyncio.run(change())
    if as_json:
        print_json({done: count}, pretty=False)
    else:
        say(f"{count} {'event' if count == 1 else 'events'} of {subscription} {done}.")
