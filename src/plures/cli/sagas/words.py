"""Sagas as rows and lines for people."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from plures.cli.console import rich_console, say
from plures.cli.desks import age_of, moment_of, print_columns, shortened

if TYPE_CHECKING:
    from plures.host import sagas as admin


def counted(count: int) -> str:
    """`1 saga`, `2 sagas`."""
    return f"{count:,} {'saga' if count == 1 else 'sagas'}"


def standing_of(saga: "admin.SagaSummary") -> str:
    """What a saga is doing, as a sentence without its end."""
    match saga.state.value:
        case "completed" | "compensated" as state:
            return f"it has ended: it is {state}"
        case "parked":
            return "it is parked"
        case _ if saga.due_at is not None and saga.attempts:
            return f"it tries {saga.step} again at {moment_of(saga.due_at)}"
        case _ if saga.due_at is not None and saga.step == "sleep":
            return f"it sleeps until {moment_of(saga.due_at)}"
        case "compensating":
            return "it is being taken back already"
        case _:
            return "it is under way"


def print_counts(counts: "Iterable[tuple[str, admin.SagaCount]]") -> None:
    """A table of sagas by version."""
    rows = [
        (
            f"{capability}.{count.saga}",
            str(count.version),
            str(count.running),
            str(count.compensating),
            str(count.parked),
            age_of(count.oldest_at),
            str(count.replicas),
            "" if count.still_since is None else age_of(count.still_since),
        )
        for capability, count in counts
    ]
    print_columns(("saga", "version", "running", "compensating", "parked", "oldest", "replicas", "last step"), rows)


def print_sagas(sagas: "Iterable[tuple[str, admin.SagaSummary]]") -> None:
    """A table of sagas, each with what is wrong with it."""
    rows = [
        (
            f"{capability}.{each.saga}",
            each.id,
            str(each.version),
            each.state.value,
            moment_of(each.started_at),
            each.step,
            str(each.attempts),
            "" if each.due_at is None else moment_of(each.due_at),
            str(each.replicas),
            shortened(each.error),
        )
        for capability, each in sagas
    ]
    print_columns(("saga", "id", "version", "state", "began", "step", "attempts", "next", "replicas", "error"), rows)


def print_details(capability: str, details: "admin.SagaDetails") -> None:
    """One saga as lines."""
    saga = details.saga
    say(click.style(f"{capability}.{saga.saga}", bold=True), f"  {saga.id}")
    was = f", was {saga.was.value}" if saga.state.value == "parked" else ""
    for name, value in (
        ("state", saga.state.value + was),
        ("version", str(saga.version)),
        ("began", moment_of(saga.started_at)),
        ("changed", moment_of(saga.changed_at)),
        ("deadline", "" if saga.deadline_at is None else moment_of(saga.deadline_at)),
        ("request", details.request_id),
        ("on behalf", details.context or ("of a user (--context shows it)" if details.has_context else "")),
        ("step", saga.step),
        ("attempts", f"{saga.attempts} in a row have failed" if saga.attempts else ""),
        ("next", "" if saga.due_at is None else moment_of(saga.due_at)),
        ("turned", details.failed_at and f"back at {details.failed_at}"),
        ("error", saga.error),
        ("final", "yes: it has passed its point of no return" if saga.is_final else ""),
    ):
        if value:
            say(f"  {name:<9} {value}")
    _print_steps(details.steps)
    _print_data("begun with", details.body)
    if details.answer:
        _print_data("answer", details.answer)


def _print_steps(steps: "Sequence[admin.SagaStep]") -> None:
    rows = [
        (
            str(step.number),
            f"undo {step.name}" if step.is_undo else step.name,
            "failed" if step.has_failed else "done" if step.is_undo else "answered",
            moment_of(step.ended_at),
            "" if step.is_undo else step.answer,
        )
        for step in steps
    ]
    if rows:
        print_columns(("step", "called", "ended", "at", "answer"), rows)


def _print_data(heading: str, body: str) -> None:
    say((f"{heading}", "dim"))
    try:
        rich_console().print_json(body)
    except ValueError:
        say(body)
