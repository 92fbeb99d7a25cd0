"""Plans of other topologies, as the command has made them, and what came of each. Nothing is planned here: that takes seconds, and measures the machine."""

from pathlib import Path
from typing import Any

import msgspec

from plures.planning import (
    Compared,
    NoPlan,
    NothingMeasured,
    NotRunning,
    Plan,
    PlanUnreadable,
    all_kept,
    kept,
    verify,
)
from plures.telemetry import NoTelemetry, Reading, TelemetryNewer, TelemetryUnreadable

from .about import About
from .asked import Asked


def plans(reading: Reading, asked: Asked, about: About, folder: Path, now: int) -> dict[str, Any]:
    """The plan of one `topology`; where none is named, the one that was made last.

    `plan` is as `plures topology plan --json` has it, or None; `verified` is as `--verify --json` has it, and `not_verified` says why it is None. All
    topologies are listed that plures.toml has, or had when they were planned.
    """
    asked.check()
    found = {each.target: each for each in all_kept(folder)}
    last = max(found.values(), key=lambda each: each.made, default=None)
    name = asked.text("topology") or (last.target if last else "")
    plan, unreadable = found.get(name), None
    # A name that is asked for leads to a file only where plures.toml has it.
    if plan is None and name in about.topologies:
        unreadable = _why_unreadable(folder, name)
    verified, not_verified = (None, None) if plan is None else _verified(reading, plan, now)
    return {
        "topology": name,
        "topologies": [
            {"name": each, "made": found[each].made if each in found else None, "is_declared": each in about.topologies}
            for each in dict.fromkeys([*about.topologies, *found])
        ],
        "plan": None if plan is None else msgspec.to_builtins(plan),
        "unreadable": unreadable,
        "verified": verified,
        "not_verified": not_verified,
    }


def _why_unreadable(folder: Path, name: str) -> str | None:
    try:
        kept(folder, name)
    except NoPlan:
        return None
    except PlanUnreadable as error:
        return error.why
    return None


def _verified(reading: Reading, plan: Plan, now: int) -> tuple[dict[str, Any] | None, dict[str, str] | None]:
    """What came of a plan; or why that is not known."""
    try:
        found = verify(reading, plan, now)
    except (NotRunning, NothingMeasured, NoTelemetry, TelemetryNewer, TelemetryUnreadable) as error:
        return None, {"code": error.code, "message": error.what, "why": error.why}
    return {
        "since": found.since,
        "until": found.until,
        "requests": found.requests,
        "per_s": found.per_s,
        "figures": [_compared(each) for each in found.figures],
        "routes": [_compared(each) for each in found.routes],
    }, None


def _compared(each: Compared) -> dict[str, Any]:
    return {**msgspec.structs.asdict(each), "off": each.off}
