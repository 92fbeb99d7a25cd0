"""Whether a version of a contract may be removed, and what keeps it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec

from .file import Counted
from .tallies import CallerKind


@dataclass(frozen=True)
class Candidate:
    """A version of a contract, as the code has it.

    Attributes:
        contract: Its name.
        successor: The newest version; empty where it is that one itself.
        declared: Who names it in the code: capabilities, the edge.
        heard: Capabilities that handle one of its events.
        is_experimental: Whether it promises nothing.
    """

    contract: str
    successor: str
    declared: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    is_experimental: bool = False
    sunset: date | None = None


class Obstacle(msgspec.Struct, frozen=True):
    """What keeps a version from being removed."""

    what: str
    fix: str


def obstacles(candidate: Candidate, counted: Counted, now: datetime, quiet: timedelta) -> tuple[Obstacle, ...]:
    """All that speaks against removing a version today; empty where nothing does.

    Args:
        quiet: How long no caller may have called it, and how long calls must have been counted.
    """
    if not candidate.successor:
        return (Obstacle("it is the newest version", "Serve a newer one beside it, and let callers move."),)
    return (*_in_code(candidate), *_promised(candidate, now), *_in_use(candidate, counted, now, quiet))


def _in_code(candidate: Candidate) -> Iterator[Obstacle]:
    fix = f"Let it move to {candidate.successor}."
    for caller in candidate.declared:
        yield Obstacle(f"{caller} names it in the code", fix)
    for subscriber in candidate.heard:
        yield Obstacle(f"{subscriber} handles an event of it", fix)


def _promised(candidate: Candidate, now: datetime) -> Iterator[Obstacle]:
    if candidate.is_experimental:
        return
    if candidate.sunset is None:
        fix = "Say until when it is served: @contract(…, deprecated=date(…), sunset=date(…)), and run plures contract lock."
        yield Obstacle("it has no sunset, so callers were not told that it ends", fix)
    elif now.date() <= candidate.sunset:
        yield Obstacle(f"it is promised until {candidate.sunset}", f"Remove it after {candidate.sunset}.")


def _in_use(candidate: Candidate, counted: Counted, now: datetime, quiet: timedelta) -> Iterator[Obstacle]:
    days = quiet.days
    span = counted.contracts.get(candidate.contract)
    if span is None:
        yield Obstacle("its calls were never counted here", "Run the application, or name its data folder with --data.")
        return
    since, until = _at(span.since), _at(span.until)
    if since > now - quiet:
        what = f"its calls are counted since {_told(since)} only, for less than {days} days"
        yield Obstacle(what, f"Ask again after {_told(since + quiet)}.")
    elif until < now - quiet:
        what = f"its calls were not counted since {_told(until)}"
        yield Obstacle(what, f"Run the application for {days} days, or name its data folder with --data.")
    last = _last_calls(candidate.contract, counted)
    for (caller, kind), when in sorted(last.items()):
        # What people type while they look around is no use of it.
        if kind is not CallerKind.TOOLS and _at(when) > now - quiet:
            yield Obstacle(f"{caller} called it, last {_told(_at(when))}", f"Let it move to {candidate.successor}.")


def _last_calls(contract: str, counted: Counted) -> dict[tuple[str, CallerKind], float]:
    last: dict[tuple[str, CallerKind], float] = {}
    for use, used in counted.uses.items():
        if use.contract == contract:
            key = use.caller, use.kind
            last[key] = max(last.get(key, 0.0), used.last)
    return last


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _told(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
