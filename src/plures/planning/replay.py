"""One request once more, as if some of its calls went over the wire, or no longer did.

A span is drawn out or shortened by what its calls are. What began after a call had ended, and in the same task, waited for it, and moves with it;
what ran beside it does not. Where that is not known, what began after a call had ended is taken to have waited for it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final, NamedTuple

from msgspec import Struct, field

from plures.telemetry import SpanRead

JOINED_US: Final = 100
"""What begins so long after all of some tasks have ended, has waited for them: those that are begun side by side begin one right after the other."""
_CALLS: Final = ("internal", "client")
_UNAWAITED: Final = ("producer", "consumer")

Slot = tuple[str, str, int]
"""An operation, what it calls, and for the how manieth time."""
Slots = frozenset[Slot] | None


class Step(Struct, eq=False):
    """A span, or both sides of a remote call.

    Attributes:
        inner: What the callee worked, of a remote call whose both sides are known.
        after: The id of what had ended last, in the same task.
        task: In which it ended, and was begun.
        inner_task: In which its own work was done.
        below: What it called, in the order of their beginning.
    """

    span: SpanRead
    began: int
    ended: int
    inner: int = -1
    after: int = 0
    task: int = 0
    inner_task: int = 0
    below: list["Step"] = field(default_factory=list["Step"])
    above: "Step | None" = None

    @property
    def is_call(self) -> bool:
        """Whether one capability calls another."""
        return bool(self.span.kind in _CALLS and self.span.placement and self.span.capability)

    @property
    def is_remote(self) -> bool:
        return self.span.kind == "client"


class Request(Struct, eq=False):
    """A request: a tree of steps, in an order in which each comes after those that it called."""

    root: Step
    steps: list[Step]
    by_id: dict[int, Step]


class Wait(NamedTuple):
    """What a remote call takes beyond one in the process, and each further one beside it, in microseconds."""

    first: float
    beside: float


Placed = Callable[[Step], bool]
"""Whether a call will be remote."""


class _How(NamedTuple):
    """How requests are replayed."""

    remote: Placed
    wait: Wait
    beside: Slots


def requests_of(spans: Sequence[SpanRead]) -> list[Request]:
    """The requests of a trace; those whose end, or whose parent, is not there are left out, as is what is published in them."""
    by_id = {span.id: _step(span) for span in spans}
    roots: list[Step] = []
    for span in sorted(spans, key=lambda each: (each.began, -each.lasted)):
        step, above = by_id[span.id], by_id.get(span.parent)
        if above is not None and above is not step:
            step.above = above
            above.below.append(step)
        elif not span.parent and span.kind in ("server", "internal"):
            roots.append(step)
        elif span.kind == "server" and not span.capability:
            # A visitor, or a browser, has begun the trace.
            roots.append(step)
    return [_request(root) for root in roots]


def _step(span: SpanRead) -> Step:
    return Step(span, span.began, span.began + span.lasted, after=span.after, task=span.task, inner_task=span.task)


def _request(root: Step) -> Request:
    order, waiting, by_id = list[Step](), [root], dict[int, Step]()
    while waiting:
        step = waiting.pop()
        if step.span.id in by_id:
            continue
        by_id[step.span.id] = step
        if step.is_remote:
            _take_in(step, by_id)
        order.append(step)
        waiting.extend(step.below)
    return Request(root, order[::-1], by_id)


def _take_in(step: Step, by_id: dict[int, Step]) -> None:
    """The callee's side of a remote call becomes a part of it."""
    served = next((each for each in step.below if each.span.kind == "server"), None)
    if served is None:
        return
    by_id[served.span.id] = step
    step.inner, step.inner_task = served.span.lasted, served.task
    # By another clock it may lie elsewhere: it is in the middle of the call.
    way = max(0, (step.ended - step.began - step.inner) // 2)
    shift = step.began + way - served.began
    step.below = [_shifted(each, step, shift) for each in served.below]


def _shifted(step: Step, above: Step, shift: int) -> Step:
    waiting = [step]
    while waiting:
        each = waiting.pop()
        each.began += shift
        each.ended += shift
        waiting.extend(each.below)
    step.above = above
    return step


def replayed(request: Request, will_be_remote: Placed, wait: Wait, beside: Slots) -> float:
    """How long it takes then, in microseconds.

    Args:
        beside: As `begun_side_by_side` has found; with None, each call waits for all that had ended before it.
    """
    lasts: dict[int, float] = {}
    for step in request.steps:
        lasts[step.span.id] = _lasts(step, request, _How(will_be_remote, wait, beside), lasts)
    return lasts[request.root.span.id]


def begun_side_by_side(requests: Iterable[Request]) -> frozenset[Slot]:
    """Which calls of an operation are begun while others are that its tasks have begun before: at least once, one right after the other."""
    found: set[Slot] = set()
    for request in requests:
        for step in request.steps:
            forks: dict[int, int] = {}
            for slot, child in _slots(step):
                before = _before(child, request)
                key = before.span.id if before else 0
                if _is_fork(child, before) and child.began - forks.get(key, child.began - JOINED_US) < JOINED_US:
                    found.add(slot)
                forks[key] = max(forks.get(key, 0), child.ended)
    return frozenset(found)


def bursts_of(request: Request, remote: Placed) -> tuple[int, int]:
    """Of the calls that become remote, how many begin right after others of their caller; and how many there are."""
    found = added = 0
    for step in request.steps:
        new = [each for each in step.below if each.is_call and not each.is_remote and remote(each)]
        added += len(new)
        found += sum(later.began - earlier.ended < JOINED_US for earlier, later in pairwise(new))
    return found, added


def _lasts(step: Step, request: Request, how: _How, known: Mapping[int, float]) -> float:
    remote, wait, beside = how
    ends = _Ends()
    forks: dict[int, list[Step]] = {}
    for slot, child in _slots(step):
        before = None if beside is None else _before(child, request)
        siblings = forks.setdefault(before.span.id if before else 0, [])
        shift = ends.shift(child.began)
        if beside is not None and _is_fork(child, before) and (slot in beside or not _has_joined(siblings, child)):
            shift = ends.of(before)
        took = known[child.span.id] + _change(child, remote, wait, _burst(siblings, child))
        ends.add(child, child.began + shift + took)
        siblings.append(child)
    return step.ended - step.began + ends.shift(step.ended)


def _slots(step: Step) -> Iterator[tuple[Slot, Step]]:
    """What a step waited for, by what was called and for the how manieth time."""
    many: dict[str, int] = {}
    for child in step.below:
        name = child.span.name
        if child.span.kind not in _UNAWAITED:
            many[name] = many.get(name, 0) + 1
            yield (step.span.name, name, many[name]), child


def _is_fork(child: Step, before: Step | None) -> bool:
    """Whether a task of its own was begun for it."""
    task = before.task if before is not None else child.above.inner_task if child.above is not None else 0
    return bool(child.task and task and child.task != task)


def _change(child: Step, remote: Placed, wait: Wait, open_: int) -> float:
    """What the way of a call adds, or no longer takes."""
    if not child.is_call:
        return 0
    will, is_now = remote(child), child.is_remote
    if will and not is_now:
        return wait.first + open_ * wait.beside
    if is_now and not will:
        lasted = child.ended - child.began
        return -float(min(lasted, wait.first) if child.inner < 0 else max(0, lasted - child.inner))
    return 0


def _before(child: Step, request: Request) -> Step | None:
    """The sibling that ended last before a step began, in its task; None for none."""
    first = child
    while first.below and not first.is_remote:
        # The first that it called began with nothing between: its own `after` is still that of its beginning.
        first = first.below[0]
    found = request.by_id.get(first.after)
    while found is not None and found.above is not child.above:
        found = found.above
    return None if found is child else found


def _burst(siblings: Sequence[Step], child: Step) -> int:
    """How many were begun right before, one after the other."""
    many, moment = 0, child.began
    for each in reversed(siblings):
        if moment - each.ended >= JOINED_US:
            break
        many, moment = many + 1, each.began
    return many


def _has_joined(siblings: Sequence[Step], child: Step) -> bool:
    """Whether a step waited for what was begun side by side before it: all of that has ended, and a while ago."""
    return bool(siblings) and child.began - max(each.ended for each in siblings) >= JOINED_US


class _Ends:
    """By how much what begins at a moment moves: as much as the last of what had ended by then."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, float]] = []
        self._old, self._new = float("-inf"), float("-inf")
        self._by_id: dict[int, float] = {}

    def add(self, step: Step, ended: float) -> None:
        heappush(self._waiting, (step.ended, len(self._by_id), ended))
        self._by_id[step.span.id] = ended - step.ended

    def shift(self, moment: int) -> float:
        """Of a moment; those that are asked for do not go back, but for the last."""
        while self._waiting and self._waiting[0][0] <= moment:
            old, _, new = heappop(self._waiting)
            self._old, self._new = max(self._old, old), max(self._new, new)
        return 0.0 if self._old < 0 else self._new - self._old

    def of(self, step: Step | None) -> float:
        """Of what begins right after a step."""
        return 0.0 if step is None else self._by_id.get(step.span.id, 0.0)
