"""Events as rows and lines for people."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from plures.cli.console import rich_console, say
from plures.cli.desks import age_of, moment_of, print_columns, shortened

if TYPE_CHECKING:
    from plures.host import EventDetails, FailedDelivery, PublishedEvent, SubscriptionCount


def print_counts(counts: "Iterable[tuple[str, SubscriptionCount]]") -> None:
    """A table of subscriptions."""
    rows = [
        (
            count.subscription,
            f"{count.type} of {publisher}",
            f"{count.backlog:,}" if count.oldest_at is None else f"{count.backlog:,}, oldest {age_of(count.oldest_at)}",
            str(count.retrying),
            str(count.waiting),
            str(count.parked),
        )
        for publisher, count in counts
    ]
    print_columns(("subscription", "event", "backlog", "retrying", "waiting", "parked"), rows)


def print_events(events: "Sequence[PublishedEvent]") -> None:
    """A table of events."""
    rows = [
        (str(each.sequence), moment_of(each.published_at), each.type, each.key, shortened(each.body or "unreadable"))
        for each in events
    ]
    print_columns(("sequence", "published", "event", "key", "data"), rows)


def print_failed(failed: "Sequence[FailedDelivery]") -> None:
    """A table of deliveries that failed, each with its error."""
    rows = [
        (
            each.subscription,
            str(each.sequence),
            each.key,
            each.state.value,
            str(each.attempts),
            "" if each.due_at is None else moment_of(each.due_at),
            shortened(each.error),
        )
        for each in failed
    ]
    print_columns(("subscription", "sequence", "key", "state", "attempts", "next", "error"), rows)


def print_details(details: "EventDetails") -> None:
    """One event as lines."""
    event = details.event
    say(click.style(event.type, bold=True), f"  {event.id}")
    say(f"  sequence   {event.sequence}")
    say(f"  key        {event.key or 'none'}")
    say(f"  published  {moment_of(event.published_at)}")
    say(f"  request    {event.request_id or 'none'}")
    for standing in details.standings:
        say(f"  {standing.subscription}: {standing.state}")
    if event.has_context:
        say(f"  on behalf  {event.context or 'of a user (--context shows it)'}")
    try:
        rich_console().print_json(event.body or "null")
    except (ValueError, json.JSONDecodeError):
        say(event.body or "")
