"""What `plures deploy check` says, for people and for programs."""

from collections.abc import Sequence
from typing import Any, Final

import click
import msgspec

from plures.cli.console import say
from plures.rollout import Concern, Conflict, Newer, Verdict

REFUSED: Final = "deploy.cannot_talk"


class Told(msgspec.Struct, frozen=True):
    """What was found.

    Attributes:
        notes: What was taken for granted.
    """

    application: str
    topology: str
    verdict: Verdict
    notes: tuple[str, ...]


def as_data(told: Told) -> dict[str, Any]:
    """For programs."""
    verdict = told.verdict
    return {
        "ok": verdict.passes,
        "code": None if verdict.passes else REFUSED,
        "application": told.application,
        "topology": told.topology,
        "any_order": verdict.any_order,
        "order": [
            {
                "process": name,
                "after": sorted({each.first for each in verdict.waits if each.second == name}),
                "migrations": [
                    {
                        "capability": each.capability,
                        "version": each.version,
                        "name": each.name,
                        "contract_step": each.contracts,
                    }
                    for each in verdict.migrations
                    if each.process == name
                ],
            }
            for name in verdict.order
        ],
        "waits": [_conflict(each) for each in verdict.waits],
        "refused": [{**_conflict(each), "fix": each.fix} for each in verdict.refused],
        "notes": [*told.notes],
    }


def _conflict(each: Conflict) -> dict[str, Any]:
    return {
        "kind": each.kind.value,
        "newer": each.newer.value,
        "caller": each.caller,
        "caller_process": each.source or None,
        "callee": each.callee,
        "callee_process": each.target,
        "contract": each.contract or None,
        "operation": each.operation or None,
        "code": each.code,
        "what": each.what,
        "first": each.first or None,
    }


def tell(told: Told) -> None:
    """For people."""
    verdict = told.verdict
    for note in told.notes:
        say((f"note: {note}", "dim"))
    for number, each in enumerate(verdict.refused, 1):
        say(f"{number}. ", click.style(_who(each), bold=True), (f"  [{each.code}]", "dim"))
        say(f"   {each.what}")
        if each.first:
            say(f"   {each.first} would have to be replaced before {each.second}")
        say(("   fix: ", "green"), each.fix)
    if not verdict.passes:
        many = "1 thing keeps" if len(verdict.refused) == 1 else f"{len(verdict.refused)} things keep"
        say(
            ("failed", "red"),
            f": {many} what runs and what comes from running side by side",
            (f"  [{REFUSED}]", "dim"),
        )
        return
    if len(verdict.order) == 1 or verdict.any_order:
        say(("ok", "green"), f"  {told.application}, {told.topology}: what runs and what comes can talk, in any order")
    else:
        say(("ok", "green"), f"  {told.application}, {told.topology}: what runs and what comes can talk in this order:")
    for number, name in enumerate(verdict.order, 1):
        _tell_step("-" if verdict.any_order else f"{number}.", name, verdict)


def _tell_step(mark: str, name: str, verdict: Verdict) -> None:
    say(f"  {mark} ", click.style(name, bold=True))
    for brought in verdict.migrations:
        if brought.process == name:
            more = ": there is no way back afterwards" if brought.contracts else ""
            say(f"     runs migration {brought.version} ({brought.name}) of {brought.capability}{more}")
    for first, several in _by_first(name, verdict.waits).items():
        say(f"     when {first} is replaced, all of it:")
        for each in several:
            say(f"       {_who(each)}: {each.what}", (f"  [{each.code}]", "dim"))


def _by_first(name: str, waits: Sequence[Conflict]) -> dict[str, list[Conflict]]:
    found: dict[str, list[Conflict]] = {}
    for each in waits:
        if each.second == name:
            found.setdefault(each.first, []).append(each)
    return found


def _who(each: Conflict) -> str:
    match each.kind:
        case Concern.DATA:
            return f"the data of {each.caller}"
        case Concern.SAGA:
            return f"the saga {each.caller}" + (f", which called {_called(each)}" if each.contract else "")
        case _:
            arrow = "⇢" if each.kind is Concern.EVENT else "→"
            old, new = ("old ", "new ") if each.newer is Newer.CALLEE else ("new ", "old ")
            return f"{old}{each.caller} {arrow} {new}{_called(each)}"


def _called(each: Conflict) -> str:
    return f"{each.callee} {each.operation}".strip()
