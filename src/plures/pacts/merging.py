"""What a run of tests changes of the expectations that are there.

A test that ran has the expectations that it showed, and no others. One that is gone has none. One that did not run keeps its own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from plures.contract import as_list, as_object

from .expectation import Expectation

# What a program draws anew in each run: identifiers, and moments.
_DRAWN: Final = re.compile(
    r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}|[0-9a-f]{16,}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
)


@dataclass
class Ran:
    """A run of tests.

    Attributes:
        shown: What its tests expect; each expectation has one test.
        passed: Tests that ran to their end, in each of their variants.
        files: Files all of whose tests were collected.
        collected: All tests in these files.
    """

    shown: list[Expectation] = field(default_factory=list[Expectation])
    passed: set[str] = field(default_factory=set[str])
    files: set[str] = field(default_factory=set[str])
    collected: set[str] = field(default_factory=set[str])


def merged(before: Iterable[Expectation], ran: Ran, gone: Iterable[str] = ()) -> list[Expectation]:
    """The expectations after a run.

    Args:
        before: Those of the pact files. What has no test was written by other tools, and stays.
        gone: Files that tests of earlier runs were in and that are there no more.
    """
    gone_files = set(gone)
    known: dict[str, Expectation] = {}
    foreign: list[Expectation] = []
    for each in before:
        if each.tests:
            known[each.form] = each
        else:
            foreign.append(each)
    shown: dict[str, list[Expectation]] = {}
    for each in ran.shown:
        shown.setdefault(each.form, []).append(each)
    found: list[Expectation] = []
    for form in dict.fromkeys([*known, *shown]):
        earlier, now = known.get(form), shown.get(form, [])
        left = [test for test in earlier.tests if not _is_over(test, ran, gone_files)] if earlier else []
        tests = tuple(sorted({*left, *(test for each in now for test in each.tests)}))
        if tests:
            found.append(replace(_example(earlier, now, is_left=bool(left)), tests=tests))
    return [*foreign, *found]


def _example(earlier: Expectation | None, now: list[Expectation], *, is_left: bool) -> Expectation:
    """The values to keep: those that were recorded before, as long as a test shows them, or some that differ only in what is drawn anew."""
    if earlier is not None and (is_left or any(_alike(each.request, earlier.request) for each in now)):
        return earlier
    return min(now, key=lambda each: each.order)


def _is_over(test: str, ran: Ran, gone: set[str]) -> bool:
    file = test.partition("::")[0]
    return file in gone or test in ran.passed or (file in ran.files and test not in ran.collected)


def _alike(one: Any, other: Any) -> bool:
    if one == other:
        return True
    if isinstance(one, str) and isinstance(other, str):
        return _shape_of_text(one) == _shape_of_text(other)
    fields, others = as_object(one), as_object(other)
    if fields is not None and others is not None:
        return fields.keys() == others.keys() and all(_alike(fields[name], others[name]) for name in fields)
    items, other_items = as_list(one), as_list(other)
    if items is None or other_items is None:
        return False
    return len(items) == len(other_items) and all(map(_alike, items, other_items))


def _shape_of_text(text: str) -> str:
    return _DRAWN.sub("\0", text)
