"""docs/security.md walks OWASP's lists: each row names tests that exist, or says that it does not apply."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| item", "| point"))]


def names() -> Iterator[str]:
    for folder in ("marketplace", "tests"):
        for file in (ROOT / folder).rglob("test_*.py"):
            yield from re.findall(r"^ *(?:async )?def (test_\w+)", file.read_text(), flags=re.MULTILINE)


KNOWN = frozenset(names())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_each_row_names_tests_that_exist(row: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", row))
    assert named <= KNOWN
    assert named or "Does not apply:" in row


def test_no_item_of_the_lists_is_left_out() -> None:
    items = {row.split()[1] for row in ROWS}
    assert {f"API{number}" for number in range(1, 11)} | {f"A{number:02}" for number in range(1, 11)} <= items
