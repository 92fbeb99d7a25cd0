"""Events as rows and lines for people."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from plures.cli.console import rich_console, say

if TYPE_CHECKING:
    from plures.host import EventDetails, FailedDelivery, PublishedEvent, SubscriptionCount

_LONGEST: Final = 60


def as_json(message: Any) -> Any:
    """A message for programs."""
    return msgspec.to_builtins(message)


def print_counts(counts: "Iterable[tuple[str, SubscriptionCount]]") -> None:
    """A table of subscriptions."""
    rows = [
        (
            count.subscription,
            f"{count.type} of {publisher}",
            f"{count.backlog:,}" if count.oldest_at is None else f"{count.backlog:,}, oldest {_age(count.oldest_at)}",
            str(count.retrying),
            str(count.waiting),
            str(count.parked),
        )
        for publisher, count in counts
    ]
    _print_columns(("subscription", "event", "backlog", "retrying", "waiting", "parked"), rows)


def print_events(events: "Sequence[PublishedEvent]") -> None:
    """A table of events."""
    rows = [
        (str(each.sequence), _moment(each.published_at), each.type, each.key, _short(each.body or "unreadable"))
        for each in events
    ]
    _print_columns(("sequence", "published", "event", "key", "data"), rows)


def print_failed(failed: "Sequence[FailedDelivery]") -> None:
    """A table of deliveries that failed, each with its error."""
    rows = [
        (
            each.subscription,
            str(each.sequence),
            each.key,
            each.state.value,
            str(each.attempts),
            "" if each.due_at is None else _moment(each.due_at),
            _short(each.error),
        )
        for each in failed
    ]
    _print_columns(("subscription", "sequence", "key", "state", "attempts", "next", "error"), rows)


def print_details(details: "EventDetails") -> None:
    """One event as lines."""
    event = details.event
    say(click.style(event.type, bold=True), f"  {event.id}")
    say(f"  sequence   {event.sequence}")
    say(f"  key        {event.key or 'none'}")
    say(f"  published  {_moment(event.published_at)}")
    say(f"  request    {event.request_id or 'none'}")
    for standing in details.standings:
        say(f"  {standing.subscription}: {standing.state}")
    try:
        rich_console().print_json(event.body or "null")
    except (ValueError, json.JSONDecodeError):
        say(event.body or "")


def _print_columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """One line for each row, however long, so that it can be searched."""
    widths = [max(len(row[place]) for row in (headings, *rows)) for place in range(len(headings))]
    for number, row in enumerate((headings, *rows)):
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        say((line, "dim") if number == 0 else line)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _age(moment: datetime) -> str:
    return f"{timedelta(seconds=int((datetime.now(UTC) - moment).total_seconds()))} ago"
