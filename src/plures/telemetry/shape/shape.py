"""Spans that came in any order, put in order: a tree, and its critical path.

Processes note by clocks of their own, and spans may arrive late or never. So a span whose parent is not there begins a tree of its own, no circle
of parents is followed twice, and what lies outside of its parent's time is cut off there: the critical path is never longer than its trace.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Final, NamedTuple

from msgspec import Struct

from plures.telemetry.tracing import AWAITED

_AWAITED: Final = re.compile(f'"{re.escape(AWAITED)}": ?"([0-9a-f]{{16}})"').search
_NOTHING: Final[Mapping[int, int]] = MappingProxyType({})


class Stretch(Struct, frozen=True, gc=False):
    """A time in which the end of a trace waited for one span itself, and for nothing that is part of it.

    Attributes:
        span: The index of the span.
        began: In microseconds, as `ended` is.
    """

    span: int
    began: int
    ended: int


class Shape(NamedTuple):
    """What is computed of the spans of a trace, which are named by their index.

    Attributes:
        order: All of them, each before what is part of it, which is in the order of its beginning.
        depths: By index: how many spans each is inside of.
        above: By index: the span that it is part of; -1 where there is none.
        orphans: Those whose parent is told of, and is not there.
        critical: The critical path of the tree that lasted longest, in the order of time.
    """

    order: list[int]
    depths: list[int]
    above: list[int]
    orphans: list[int]
    critical: list[Stretch]


def shape_of(
    ids: Sequence[int],
    parents: Sequence[int],
    began: Sequence[int],
    ended: Sequence[int],
    awaited: Mapping[int, int] = _NOTHING,
) -> Shape:
    """The shape of spans.

    Args:
        ids: Of each span.
        parents: The id of what each is part of; 0 for nothing.
        began: In microseconds, as `ended` is.
        awaited: Index of a span that waits for work which was asked for before → the id of the span that asked for it. The critical path
            goes on in that work.
    """
    above, orphans = _above(ids, parents)
    # Most spans have nothing below them, and a list for each would cost more than all else.
    below: dict[int, list[int]] = {}
    roots: list[int] = []
    # By beginning; of two that begin together, the longer one first.
    longer_first = sorted(range(len(ids)), key=ended.__getitem__, reverse=True)
    for span in sorted(longer_first, key=began.__getitem__):
        (roots if above[span] < 0 else below.setdefault(above[span], [])).append(span)
    order, depths = _ordered(roots, below, len(ids))
    longest = max(roots, key=lambda each: ended[each] - began[each], default=-1)
    critical = [] if longest < 0 else _critical(longest, _waited_for(below, ids, awaited), began, ended)
    return Shape(order, depths, above, orphans, critical)


def awaited_in(attributes: Iterable[str]) -> dict[int, int]:
    """Of spans whose attributes, as JSON, say that they wait: the index, and the id of what asked for that which they wait for."""
    found = ((index, _AWAITED(said)) for index, said in enumerate(attributes) if said)
    return {index: int(match[1], 16) for index, match in found if match}


def missed(shape: Shape, parents: Sequence[int], kinds: Sequence[str]) -> int:
    """How many spans are there without what they are part of. Requests of the client that began the trace are not among them: what it does
    itself is known to it alone.
    """
    outside = parents[shape.order[0]] if shape.order else 0
    return sum(not (kinds[each] == "server" and parents[each] == outside) for each in shape.orphans)


def _waited_for(
    below: dict[int, list[int]], ids: Sequence[int], awaited: Mapping[int, int]
) -> Mapping[int, Sequence[int]]:
    """What is below each span; what was asked for is below the one that waits for it."""
    if not awaited:
        return below
    found: dict[int, list[int]] = {**below}
    places = {name: index for index, name in enumerate(ids)}
    for waits, name in awaited.items():
        asked = places.get(name, -1)
        if asked in found:
            found[waits] = [*found.get(waits, ()), *found.pop(asked)]
    return found


def _above(ids: Sequence[int], parents: Sequence[int]) -> tuple[list[int], list[int]]:
    found = {name: index for index, name in enumerate(ids)}
    above = [found.get(parent, -1) if parent else -1 for parent in parents]
    orphans = [index for index, parent in enumerate(parents) if parent and above[index] < 0]
    # 1: on the way that is followed; 2: known to lead to a root.
    seen = bytearray(len(ids))
    for start in range(len(ids)):
        if above[start] < 0 or seen[above[start]] == 2:  # noqa: PLR2004
            seen[start] = 2
            continue
        way: list[int] = []
        span = start
        while span >= 0 and not seen[span]:
            seen[span] = 1
            way.append(span)
            span = above[span]
        if span >= 0 and seen[span] == 1:
            above[span] = -1
            orphans.append(span)
        for each in way:
            seen[each] = 2
    return above, orphans


def _ordered(roots: list[int], below: Mapping[int, Sequence[int]], many: int) -> tuple[list[int], list[int]]:
    order: list[int] = []
    depths = [0] * many
    waiting = roots[::-1]
    while waiting:
        span = waiting.pop()
        order.append(span)
        if span in below:
            waiting.extend(reversed(below[span]))
            for each in below[span]:
                depths[each] = depths[span] + 1
    return order, depths


def _critical(
    root: int, below: Mapping[int, Sequence[int]], began: Sequence[int], ended: Sequence[int]
) -> list[Stretch]:
    """From the end backwards: what a span waited for last is the part of it that ended last."""
    found: list[Stretch] = []
    # What is to be gone through: a span, from its end backwards, and its beginning; times are cut to those of what it is part of.
    waiting: list[tuple[int, int, int]] = [(root, began[root], ended[root])]
    while waiting:
        span, since, until = waiting.pop()
        is_cut = False
        for each in sorted(below.get(span, ()), key=ended.__getitem__, reverse=True):
            end, begin = min(ended[each], until), began[each]
            # What still ran when its parent had gone on held up nothing from there on.
            if end <= since or begin >= until or (ended[each] > until and is_cut):
                continue
            is_cut = True
            if end < until:
                found.append(Stretch(span, end, until))
            until = max(begin, since)
            if each in below:
                waiting.append((each, until, end))
            elif end > until:
                found.append(Stretch(each, until, end))
            if until <= since:
                break
        if until > since:
            found.append(Stretch(span, since, until))
    return sorted(found, key=attrgetter("began", "ended"))
