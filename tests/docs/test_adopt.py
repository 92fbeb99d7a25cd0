"""The diffs of the pages on adoption have as many lines as the pages say, and keep to the bounds; so do the patches for applications of others."""

import re

import pytest

from bench.adoption.counting import Lines, count
from bench.adoption.project import STEPS, names, patch, read
from bench.adoption.trying import RanNothing
from bench.adoption.trying import read as read_outcome

from .pages import FENCE, ROOT

GUIDES = ROOT / "docs" / "guides"
COUNTED = re.compile(r"^\n\*(\d+) new, (\d+) changed, (\d+) gone\.\*", re.MULTILINE)
MOST = {"mount": 10}
MOST_OTHERWISE = 50
PATCHES = [(name, step) for name in names() for step in STEPS if patch(name, step).exists()]


@pytest.mark.parametrize("page", ["adopt.md", "adopt-django.md"])
def test_a_diff_is_counted_right(page: str) -> None:
    text = (GUIDES / page).read_text()
    diffs = [found for found in FENCE.finditer(text) if found.group(1) == "diff"]
    assert diffs
    for diff in diffs:
        told = COUNTED.match(text, diff.end() + 1)
        assert told, diff.group(2)
        lines = count(diff.group(2))
        assert (lines.new, lines.changed, lines.gone) == tuple(map(int, told.groups())), diff.group(2)


@pytest.mark.parametrize(("name", "step"), PATCHES)
def test_an_application_of_others_is_adopted_within_the_bounds(name: str, step: str) -> None:
    lines = count(patch(name, step).read_text())
    assert lines.written <= MOST.get(step, MOST_OTHERWISE)
    assert read(name).archive.count("==") == 1
    table = (GUIDES / "adopt.md").read_text()
    assert f"| {step} | {lines.new} | {lines.changed} | {lines.gone} | {lines.moved} |" in table


def test_lines_that_move_are_not_written() -> None:
    patch = (
        "--- a/x\n+++ b/x\n-def moved():\n-    gone()\n kept\n-old\n+new\n+++ b/y\n+class Y:\n+    def moved():\n+\n"
    )
    assert count(patch) == Lines(new=1, changed=1, gone=1, moved=1)


def test_what_runners_print_is_read() -> None:
    pytest_says = read_outcome("FAILED a.py::test_a[x] - boom\n1 failed, 7 passed, 2 skipped in 1.02s\n", 1)
    assert (pytest_says.passed, pytest_says.skipped, pytest_says.failed) == (7, 2, {"a.py::test_a[x]"})
    django_says = read_outcome(
        "FAIL: test_b (app.T.test_b)\nRan 9 tests in 1.2s\n\nFAILED (failures=1, skipped=2)\n", 1
    )
    assert (django_says.passed, django_says.unexpected({"test_b (app.T.test_b)": "known"})) == (6, frozenset())
    with pytest.raises(RanNothing):
        read_outcome("Traceback", 1)
