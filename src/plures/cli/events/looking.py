"""`plures events status`, `list`, `show` and `parked`."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plures.cli.console import mistakes_explained, print_json, say
from plures.cli.desks import as_json as _data
from plures.cli.desks import desk_options, limit_option
from plures.errors import PluresError, Text

from .words import print_counts, print_details, print_events, print_failed

if TYPE_CHECKING:
    from plures.host import EventDetails, FailedDelivery, PublishedEvent, SubscriptionCount


@dataclass(eq=False)
class EventNotFound(PluresError):
    """No capability keeps an event of this sequence or id."""

    code = "cli.event_not_found"
    wording = Text(
        "There is no event {event!r}",
        why="none was published, or its time is over: events are kept for seven days",
        fix="`plures events list` shows those that are kept.",
    )

    event: str


@click.command("status")
@click.argument("publishers", metavar="[CAPABILITY]...", nargs=-1)
@desk_options
def status_command(publishers: tuple[str, ...], *, data: Path | None, file: Path, as_json: bool) -> None:
    """Say how each subscription fares: backlog, retries, parked events. Default: those of all capabilities that publish."""
    with mistakes_explained(as_json=as_json):
        counts = asyncio.run(_status(publishers, file, data))
    if as_json:
        print_json([{"publisher": publisher, **_data(count)} for publisher, count in counts], pretty=False)
    elif counts:
        print_counts(counts)
    else:
        say("There are no subscriptions.")


async def _status(publishers: tuple[str, ...], file: Path, data: Path | None) -> "list[tuple[str, SubscriptionCount]]":
    from .desk import open_event_desks

    async with open_event_desks(file, data, publishers) as desks:
        return [
            (publisher, count)
            for publisher, desk in desks.by_publisher.items()
            for count in await desk.counts(publisher)
        ]


@click.command("list")
@click.argument("publishers", metavar="[CAPABILITY]...", nargs=-1)
@click.option("--type", "type_", metavar="EVENT", help="Only events of this name, as in shop.orders.v1.OrderPlaced.")
@click.option("--key", help="Only events with this key.")
@click.option("--after", type=int, default=0, help="Only those behind this sequence.")
@limit_option
@desk_options
def list_command(
    publishers: tuple[str, ...],
    *,
    type_: str | None,
    key: str | None,
    after: int,
    limit: int,
    data: Path | None,
    file: Path,
    as_json: bool,
) -> None:
    """List events that were published in the last seven days, the oldest first. Default: those of all capabilities."""

    async def look() -> "list[tuple[str, PublishedEvent]]":
        from .desk import open_event_desks

        async with open_event_desks(file, data, publishers) as desks:
            return [
                (publisher, event)
                for publisher, desk in desks.by_publisher.items()
                for event in await desk.events(publisher, type_, key, after, limit)
            ]

    with mistakes_explained(as_json=as_json):
        found = asyncio.run(look())
    if as_json:
        print_json([{"publisher": publisher, **_data(event)} for publisher, event in found], pretty=False)
    elif found:
        print_events([event for _, event in found])
    else:
        say("No event that is kept is like that.")


@click.command("show")
@click.argument("event", metavar="SEQUENCE|ID")
@click.option(
    "--publisher", metavar="CAPABILITY", help="Whose sequence is meant. Default: the first that keeps such an event."
)
@click.option("--context", "with_context", is_flag=True, help="Show on whose behalf it was published.")
@desk_options
def show_command(
    event: str, *, publisher: str | None, with_context: bool, data: Path | None, file: Path, as_json: bool
) -> None:
    """Show one event, and how it stands with each subscription."""

    async def look() -> "EventDetails":
        from plures.host import EventNotKept

        from .desk import open_event_desks

        async with open_event_desks(file, data, (publisher,) if publisher else ()) as desks:
            for name, desk in desks.by_publisher.items():
                try:
                    return await desk.show(name, event, with_context=with_context)
                except EventNotKept:
                    continue
        raise EventNotFound(event=event)

    with mistakes_explained(as_json=as_json):
        details = asyncio.run(look())
    if as_json:
        print_json(_data(details), pretty=False)
    else:
        print_details(details)


@click.command("parked")
@click.argument("subscription", required=False)
@click.option("--all", "everything", is_flag=True, help="Also those that are retried, and those that wait behind one.")
@click.option("--type", "type_", metavar="EVENT", help="Only events of this name.")
@click.option("--key", help="Only events with this key.")
@limit_option
@desk_options
def parked_command(
    subscription: str | None,
    *,
    everything: bool,
    type_: str | None,
    key: str | None,
    limit: int,
    data: Path | None,
    file: Path,
    as_json: bool,
) -> None:
    """List deliveries that were given up after ten attempts. They wait for `resubmit` or `discard`."""

    async def look() -> "list[FailedDelivery]":
        from plures.host import DeliveryState, Which

        from .desk import open_event_desks

        states = tuple(DeliveryState) if everything else (DeliveryState.PARKED,)
        async with open_event_desks(file, data) as desks:
            if subscription is not None:
                await desks.publisher_of(subscription)
            which = Which(subscription, type=type_, key=key, states=states)
            return [
                failed
                for publisher, desk in desks.by_publisher.items()
                for failed in await desk.failed(publisher, which, limit=limit)
            ]

    with mistakes_explained(as_json=as_json):
        found = asyncio.run(look())
    if as_json:
        print_json([_data(failed) for failed in found], pretty=False)
    elif found:
        print_failed(found)
    else:
        say("Nothing is parked." if not everything else "Nothing has failed.")
