"""Runs a profile against an application, and counts."""

import asyncio
import resource
import traceback
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from time import perf_counter, process_time
from typing import Final

from plures.contract import ContractError
from plures.errors import CallError, PluresError
from plures.telemetry import new_trace_id

from .arrivals import Arrival, arrivals
from .counting import Counts, note
from .driving import Bounds, Driven, drive
from .profile import Journey, Profile
from .visiting import CheckFailed, ContractCalls, Reach, StepFailed, Steps, Target, Visitor, Web

_SPARE_FILES: Final = 64
PREPARING: Final = "prepare"


@dataclass(frozen=True)
class Load:
    """One load.

    Attributes:
        name: That of the profile.
        per_s: Journeys that begin in a second, before the ramp.
        seconds: How long they begin.
        connections: To the pages, at once.
        timeout_s: Longest wait for an answer.
    """

    name: str
    profile: Profile
    target: Target
    per_s: float
    seconds: float
    seed: int = 0
    connections: int = 256
    timeout_s: float = 30.0
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True)
class Ran:
    """What came of a load.

    Attributes:
        cpu_share: Processor time of the generator, in cores.
        mistakes: What is wrong with a journey itself: its name and where it went wrong → how often.
    """

    load: Load
    counts: Counts
    driven: Driven
    cpu_share: float
    mistakes: dict[str, int]


class _Visits:
    """Makes journeys, and counts them."""

    def __init__(self, load: Load, counts: Counts, reach: Reach, random: Random) -> None:
        self._load = load
        self._counts = counts
        self._reach = reach
        self._random = random
        self._named = load.profile.named
        self._number = 0
        self.mistakes: dict[str, int] = {}

    def visitor(self, journey: str, due: float, *, is_counted: bool = True) -> tuple[Visitor, Steps]:
        trace = new_trace_id()
        steps = Steps(self._counts, journey, due, trace, is_counted=is_counted)
        # A generator for each: which visitor is served first must not change what the others do.
        random = Random(self._random.getrandbits(64))  # noqa: S311 - it draws journeys, it keeps no secret
        visitor = Visitor(self._reach, steps, self._number, random, trace)
        self._number += 1
        return visitor, steps

    async def make(self, arrival: Arrival[str], due: float) -> None:
        """Make one journey, which is due at a moment by `perf_counter`."""
        counts, count = self._counts, self._counts.journey(arrival.what)
        counts.late.add(max(0.0, perf_counter() - due))
        count.due += 1
        count.begun += 1
        counts.timeline.at(arrival.due_s).due += 1
        # Where it is late, it began in a later slot: the rate that was reached is not the one that was asked for.
        counts.last_begun_s = counts.now_s
        slot = counts.timeline.at(counts.last_begun_s)
        slot.begun += 1
        counts.in_flight += 1
        slot.most_in_flight = max(slot.most_in_flight, counts.in_flight)
        counts.most_in_flight = max(counts.most_in_flight, counts.in_flight)
        visitor, steps = self.visitor(arrival.what, due)
        try:
            await self._named[arrival.what](visitor)
            count.ended += 1
        except asyncio.CancelledError:
            note(count.failed, "unfinished at the end")
            raise
        except StepFailed as failed:
            note(count.failed, f"{steps.last}: {failed}")
        except CheckFailed as failed:
            note(count.failed, f"check after {steps.last or 'nothing'}: {failed}")
        except (CallError, ContractError) as error:
            note(count.failed, f"{steps.last}: {type(error).__name__}")
        except PluresError as error:
            note(count.failed, f"{error.what}: {error.why}" if error.why else error.what)
        except Exception as error:  # noqa: BLE001 - the journey is code of the user, and one that fails must not end the others
            told = f"{arrival.what}, {_place(error)}"
            note(count.failed, told)
            note(self.mistakes, told)
        finally:
            counts.in_flight -= 1

    def unsent(self, arrival: Arrival[str], why: str) -> None:
        count = self._counts.journey(arrival.what)
        count.due += 1
        note(count.unsent, why)
        self._counts.timeline.at(arrival.due_s).due += 1

    async def prepare(self, journey: Journey) -> None:
        visitor, _ = self.visitor(PREPARING, perf_counter(), is_counted=False)
        await journey(visitor)


async def run_load(load: Load, stop: asyncio.Event, begun: Callable[[Counts], object] = lambda _: None) -> Ran:
    """Run a load to its end, or until `stop` is set.

    Args:
        begun: Is told the counts when the load begins; they change while it runs.

    Raises:
        PluresError: What is prepared before it could not be.
    """
    _allow_files(load.connections + _SPARE_FILES)
    counts = Counts(load.seconds)
    random = Random(load.seed)  # noqa: S311 - it draws journeys, it keeps no secret
    for name in load.profile.named:
        counts.journey(name)
    async with AsyncExitStack() as stack:
        web = None
        if load.target.public:
            web = Web(load.target.public, connections=load.connections, timeout_s=load.timeout_s, ca=load.target.ca)
            await stack.enter_async_context(web)
        calls = ContractCalls(load.target)
        stack.push_async_callback(calls.close)
        visits = _Visits(load, counts, Reach(web, calls), Random(random.getrandbits(64)))  # noqa: S311 - as above
        if load.profile.prepare is not None:
            await _prepared(visits, load.profile.prepare)
        due = arrivals(
            load.profile.weights, per_s=load.per_s, seconds=load.seconds, random=random, ramp=load.profile.ramp
        )
        counts.begin()
        begun(counts)
        cpu_s = process_time()
        driven = await drive(due, visits.make, visits.unsent, load.bounds, stop)
        cpu_share = (process_time() - cpu_s) / max(driven.lasted_s, 1e-9)
    return Ran(load, counts, driven, cpu_share, visits.mistakes)


class NotPrepared(PluresError):
    """What a profile does before its load failed."""

    code = "load.not_prepared"


async def _prepared(visits: _Visits, journey: Journey) -> None:
    try:
        await visits.prepare(journey)
    except PluresError:
        raise
    except Exception as error:
        why = str(error) if isinstance(error, StepFailed | CheckFailed) else _place(error)
        raise NotPrepared(
            "The load was not prepared", why=why, fix="Nothing was sent. See what `prepare` asks for."
        ) from error


def _allow_files(wanted: int) -> None:
    """Each connection is a file. Shells allow 1,024 of them, and a process may allow itself more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _place(error: BaseException) -> str:
    """What code of a journey raised, and in which line."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({frame.filename.rpartition('/')[2]}, line {frame.lineno})"
