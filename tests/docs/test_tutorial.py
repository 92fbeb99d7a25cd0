"""docs/tutorial.md, step by step: its files are written and its commands typed, and the lines that it counts are counted."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from plures.cli import main

from .pages import ROOT, blocks
from .reader import Reader

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text()
MOST_LINES = 45
MOST_FILES = 4
LOGIC = "hello/guests/service.py"


def test_every_step_works(reader: Reader) -> None:
    reader.follow(blocks(TUTORIAL))


@pytest.fixture
def counted(tmp_path: Path) -> dict[str, int]:
    """How many lines the capability of the tutorial takes in each file, in their final form, beside its own logic."""
    assert CliRunner().invoke(main, ["new", str(tmp_path / "hello")]).exit_code == 0
    final = {block.path: block.text for block in blocks(TUTORIAL) if block.path}
    return {
        path: sum(bool(line.strip()) for line in ceremony(path, text, tmp_path / "hello" / path))
        for path, text in final.items()
        if not path.startswith("tests/")
    }


def test_a_capability_costs_few_lines(counted: dict[str, int]) -> None:
    assert sum(counted.values()) <= MOST_LINES
    assert len(counted.keys() - {LOGIC}) <= MOST_FILES


def test_the_page_tells_the_lines_as_they_are(counted: dict[str, int]) -> None:
    told = {path: int(lines) for path, lines in re.findall(r"^\| `(\S+)` \| (\d+) \|", TUTORIAL, re.MULTILINE)}
    assert told == counted
    assert f"| together | {sum(counted.values())} |" in TUTORIAL


def ceremony(path: str, text: str, generated: Path) -> Iterator[str]:
    """The lines of a file that are no logic; of a file that `plures new` wrote, those that are new."""
    lines = text.splitlines()
    if generated.exists():
        return iter(set(lines) - set(generated.read_text().splitlines()))
    return (lines[number - 1] for number in around_the_logic(text)) if path == LOGIC else iter(lines)


def around_the_logic(text: str) -> Iterator[int]:
    """Numbers of the lines of a service but for constants and the bodies of operations."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            yield node.lineno
            for method in node.body:
                assert isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
                is_constructor = method.name == "__init__"
                end = method.end_lineno if is_constructor else method.body[0].lineno - 1
                yield from range(method.lineno, (end or 0) + 1)
        elif not isinstance(node, ast.Assign):
            yield from range(node.lineno, (node.end_lineno or 0) + 1)
