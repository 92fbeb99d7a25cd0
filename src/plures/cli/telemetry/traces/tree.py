"""A trace as lines of a tree: each span below what it is part of, what happens in the order of time, and what repeats itself folded."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from plures.telemetry import LogRead, Shape, SpanRead

_SHOWN_OF_MANY: Final = 3
_FAULTS_OF_MANY: Final = 10
_MANY: Final = 8
"""So many calls of one thing by one span are listed; of more, the first ones, the longest and those that failed."""
_DEEPEST: Final = 24
"""Spans that are further inside are not moved to the right any more."""


class SpanItem(Struct, frozen=True):
    """A span in the tree.

    Attributes:
        indent: The lines that lead to it.
        span: Its index.
    """

    indent: str
    span: int


class LogItem(Struct, frozen=True):
    """A line of the log, below the span that wrote it."""

    indent: str
    line: LogRead


class FoldedItem(Struct, frozen=True):
    """Spans that are not shown.

    Attributes:
        spans: Their indexes, each with all that is part of it.
        path: What they have of the critical path, in microseconds.
    """

    indent: str
    spans: tuple[int, ...]
    path: int


Item = SpanItem | LogItem | FoldedItem


@dataclass
class Tree:
    """What is drawn.

    Attributes:
        items: From above to below.
        path: Index of a span → what it has of the critical path itself, in microseconds.
        loose: Lines of the log whose span is not there.
    """

    items: list[Item] = field(default_factory=list[Item])
    path: dict[int, int] = field(default_factory=dict[int, int])
    loose: list[LogRead] = field(default_factory=list[LogRead])


def tree_of(spans: Sequence[SpanRead], shape: Shape, lines: Iterable[LogRead], *, folds: bool) -> Tree:
    """The tree of a trace.

    Args:
        lines: Of the log, in any order.
        folds: Whether what repeats itself is folded.
    """
    path: dict[int, int] = defaultdict(int)
    for stretch in shape.critical:
        path[stretch.span] += stretch.ended - stretch.began
    below: dict[int, list[int]] = defaultdict(list)
    for each in shape.order:
        below[shape.above[each]].append(each)
    told, loose = _told(spans, lines)
    tree = Tree(path=dict(path), loose=loose)
    folding = _Folding(spans, shape, path) if folds else None
    # What is to be drawn: an item, and the indent of what is below it.
    waiting: list[tuple[Item, str]] = [(SpanItem("", root), "") for root in reversed(below[-1])]
    depths = shape.depths
    while waiting:
        item, indent = waiting.pop()
        tree.items.append(item)
        if isinstance(item, SpanItem):
            parts = _parts(spans, below[item.span], told.get(item.span, ()), folding)
            waiting.extend(_drawn(parts, indent, deeper=depths[item.span] < _DEEPEST))
    return tree


_Part = int | LogRead | FoldedItem


def _told(spans: Sequence[SpanRead], lines: Iterable[LogRead]) -> tuple[Mapping[int, list[LogRead]], list[LogRead]]:
    known = {span.id: place for place, span in enumerate(spans)}
    told: dict[int, list[LogRead]] = defaultdict(list)
    loose: list[LogRead] = []
    for line in sorted(lines, key=lambda each: (each.at, each.id)):
        place = known.get(line.span) if line.span else None
        (loose if place is None else told[place]).append(line)
    return told, loose


def _parts(
    spans: Sequence[SpanRead], below: Sequence[int], lines: Sequence[LogRead], folding: "_Folding | None"
) -> list[_Part]:
    """What is below a span, in the order of time."""
    timed: list[tuple[int, int, _Part]] = [(line.at, 1, line) for line in lines]
    hidden = folding.hidden(below) if folding else {}
    folded = {each for fold in hidden.values() for each in fold.spans}
    timed.extend((spans[each].began, 0, each) for each in below if each not in folded)
    timed.extend((spans[first].began, 0, fold) for first, fold in hidden.items())
    return [part for _, _, part in sorted(timed, key=lambda each: each[:2])]


def _drawn(parts: Sequence[_Part], indent: str, *, deeper: bool) -> list[tuple[Item, str]]:
    """The items of these, the last one first."""
    last = max((place for place, part in enumerate(parts) if isinstance(part, int)), default=-1)
    found: list[tuple[Item, str]] = []
    for place, part in enumerate(parts):
        goes_on = place < last
        branch, rest = ("├─ ", "│  ") if goes_on else ("└─ ", "   ")
        if not deeper:
            branch, rest = "", ""
        if isinstance(part, int):
            found.append((SpanItem(indent + branch, part), indent + rest))
        elif isinstance(part, FoldedItem):
            found.append(
                (
                    FoldedItem(
                        indent + ("├─ " if goes_on and deeper else "   " if deeper else ""), part.spans, part.path
                    ),
                    "",
                )
            )
        else:
            found.append((LogItem(indent + ("│  " if place <= last and deeper else rest), part), ""))
    return found[::-1]


class _Folding:
    """Knows what repeats itself."""

    def __init__(self, spans: Sequence[SpanRead], shape: Shape, path: Mapping[int, int]) -> None:
        self._spans = spans
        # Of each span with all that is part of it.
        self._path = [path.get(each, 0) for each in range(len(spans))]
        self._fails = [bool(span.code) for span in spans]
        for each in reversed(shape.order):
            above = shape.above[each]
            if above >= 0:
                self._path[above] += self._path[each]
                self._fails[above] = self._fails[above] or self._fails[each]

    def hidden(self, below: Sequence[int]) -> dict[int, FoldedItem]:
        """The first one that is not shown → all of these."""
        if len(below) <= _MANY:
            return {}
        alike: dict[tuple[str, str], list[int]] = defaultdict(list)
        for each in below:
            alike[self._spans[each].kind, self._spans[each].name].append(each)
        found: dict[int, FoldedItem] = {}
        for those in alike.values():
            if len(those) > _MANY:
                shown = {*those[:_SHOWN_OF_MANY], max(those, key=lambda each: self._spans[each].lasted)}
                shown.update([each for each in those if self._fails[each]][:_FAULTS_OF_MANY])
                rest = tuple(each for each in those if each not in shown)
                if rest:
                    found[rest[0]] = FoldedItem("", rest, sum(self._path[each] for each in rest))
        return found
