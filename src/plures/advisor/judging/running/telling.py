"""How figures of a running application are told, and whether there are enough of them."""

from datetime import UTC, datetime
from typing import Final

from plures.advisor.judging import figures as at
from plures.advisor.watching import FINE_S, Watched

SOURCE: Final = "telemetry"
_MS: Final = 1_000
_S: Final = 1_000_000
_KIB: Final = 1_024
_MINUTE: Final = 60
_HOUR: Final = 3_600


def enough(seen: float, least: float) -> float:
    """1 where there is enough to judge by, and less the less there is."""
    return min(1.0, seen / least)


def lasting(microseconds: float) -> str:
    """A duration of calls."""
    if microseconds < _MS:
        return f"{microseconds:.0f} µs"
    return f"{microseconds / _MS:.1f} ms" if microseconds < _S else f"{microseconds / _S:.1f} s"


def long(seconds: float) -> str:
    """A duration of observation."""
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} minutes" if seconds < 2 * _HOUR else f"{seconds / _HOUR:.1f} hours"


def size(many: float) -> str:
    """Bytes."""
    return f"{many:.0f} bytes" if many < _KIB else f"{many / _KIB:.0f} KiB"


def looked_at(watched: Watched) -> str:
    """When, how long and how much was looked at, in a sentence or two."""
    period = watched.period
    probes = f", {watched.probes:,} health probes left out" if watched.probes else ""
    processes = f"{len(watched.processes)} processes" if len(watched.processes) != 1 else "one process"
    coarse = " Peaks shorter than five minutes are not seen in so long a time." if period.slot_s > FINE_S else ""
    away = (
        f", of which {watched.turned_away:,} were turned away since there was too much to do"
        if watched.turned_away
        else ""
    )
    return (
        f"Telemetry of {_moment(period.since)} to {_moment(period.until)} UTC, {long(period.measured_s)} of it with requests: "
        f"{watched.requests:,} requests{away}{probes}, in {processes}.{coarse}"
    )


def too_little(watched: Watched) -> tuple[str, ...]:
    """What is missing before anything can be said, and what to do about it."""
    told: list[str] = []
    period = watched.period
    if watched.requests < at.ENOUGH_REQUESTS:
        told.append(
            f"Telemetry shows too few requests to judge calls and failures by: {watched.requests:,}, and {at.ENOUGH_REQUESTS} are needed. "
            f"Let {at.ENOUGH_REQUESTS - watched.requests:,} more come, or send them with `plures load`."
        )
    needed = max(at.ENOUGH_S, at.BUSY_SLOTS * 2 * period.slot_s)
    if period.measured_s < needed:
        told.append(
            f"Telemetry shows too short a time to judge load by: requests came in {long(period.measured_s)}, and {long(needed)} are needed. "
            f"Let the application run {long(needed - period.measured_s)} more under its usual load, or for that long with `plures load`."
        )
    if watched.turned_away > at.TURNED_AWAY * watched.requests and not any(
        it.busy_slots for it in watched.loads.values()
    ):
        told.append(
            f"{watched.turned_away / watched.requests:.0%} of the requests were turned away, and yet no process took much of a processor: the machine had other "
            "work to do, or calls waited for something that is not measured here. Look at a time, or a machine, that serves this application alone."
        )
    if watched.unknown:
        told.append(
            f"Telemetry tells of {', '.join(watched.unknown)}, which no component is named after, and is left out there. "
            "Say in a file with --components which folders these are."
        )
    told += [
        f"The process {died.process} died {died.times} times and came back, and it is not known in whose calls: its log, and that of what "
        "watches over it, say more. To find out, give half of its components a process of their own for a while."
        for died in watched.deaths
        if len(died.parts) > 1 and not any(times == died.times for times in died.in_flight.values())
    ]
    if any(not load.is_measured for load in watched.loads.values()):
        told.append(
            "Processor time is known of whole processes alone, so load counts as a hint at most where components share one: "
            "their own time in calls, which has waiting in it, stands for it."
        )
    return tuple(told)


def _moment(microseconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(microseconds / _S, UTC):%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError, OSError):
        return "an unknown time"
