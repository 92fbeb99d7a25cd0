"""``python -m bench.adoption [NAME…]``: unpack, patch, count lines, run their tests in each placement, print the table.

The applications come from the package registry, through pip, pinned by digest; what is here of them is the context of our patches.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from .counting import Lines, count
from .environment import install, interpreter
from .project import BARE, HERE, STEPS, Project, names, patch, read
from .tree import stand_at, unpack
from .trying import Outcome, try_out, try_rows

T = TypeVar("T")
ALONE = "without Plures"


@dataclass(frozen=True)
class Tried:
    """One suite at one step, in one placement."""

    step: str
    where: str
    lines: Lines | None
    outcome: Outcome | None
    unexpected: frozenset[str] = frozenset()


def main(arguments: list[str]) -> int:
    """Adopt the applications that are named; the exit code is the number of runs with unexpected failures."""
    parsed = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 140)
    broken = 0
    for name in parsed.names or names():
        project = read(name)
        if parsed.lines:
            tried = [Tried(step, "", _lines(name, step), None) for step in STEPS if patch(name, step).exists()]
        else:
            with TemporaryDirectory() as temporary:
                folder = (parsed.folder or Path(temporary)).absolute() / name
                folder.mkdir(parents=True, exist_ok=True)
                tried = list(_try(project, name, folder, parsed))
        console.print(_table(project, tried))
        for each in tried:
            console.print(
                *(f"{each.step}, {each.where}: {test} failed\n" for test in sorted(each.unexpected)), sep="", end=""
            )
        broken += sum(bool(each.unexpected) for each in tried)
    return broken


@dataclass(frozen=True)
class Unpacked:
    """A project that is here, with a Python that has all that it needs."""

    project: Project
    name: str
    python: Path
    tree: Path

    def run(self, words: Sequence[str], place: str, runs: Callable[[Sequence[str], Path, Mapping[str, str]], T]) -> T:
        """Run a program of it, where its tests run."""
        command = [str(self.python), *(each.format(where=place, here=HERE / self.name) for each in words)]
        path = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        return runs(command, self.tree / self.project.folder, {**self.project.environment, "PATH": path})


def _try(project: Project, name: str, folder: Path, parsed: argparse.Namespace) -> Iterator[Tried]:
    python = interpreter(folder)
    unpacked = Unpacked(project, name, python, unpack(project, name, python, folder))
    install(project, python, unpacked.tree)
    for step in ("theirs", *STEPS):
        if (parsed.step and step not in parsed.step) or (step in STEPS and not patch(name, step).exists()):
            continue
        stand_at(unpacked.tree, step)
        for place in _placements(project, step):
            if parsed.where and place not in parsed.where:
                continue
            outcome = unpacked.run(project.bare if place == ALONE else project.tests, place, try_out)
            tried = Tried(step, place, _lines(name, step), outcome, outcome.unexpected(project.fails_alone))
            (folder / f"{step}-{place.replace(' ', '-')}.txt").write_text(outcome.output)
            yield tried
        if step == "owned" and project.rows:
            print(unpacked.run(project.rows, "", try_rows).rstrip())


def _placements(project: Project, step: str) -> tuple[str, ...]:
    if step in ("theirs", *BARE):
        return (ALONE,)
    return project.placements[:1] if step == "mount" else project.placements


def _lines(name: str, step: str) -> Lines | None:
    return count(patch(name, step).read_text()) if patch(name, step).exists() else None


def _table(project: Project, tried: list[Tried]) -> Table:
    table = Table(title=f"{project.title} ({project.archive})", title_justify="left")
    for heading in (
        "step",
        "placement",
        "new",
        "changed",
        "gone",
        "moved",
        "passed",
        "skipped",
        "failed",
        "as without us",
        "s",
    ):
        table.add_column(heading, justify="left" if heading in ("step", "placement") else "right")
    for each in tried:
        lines, outcome = each.lines, each.outcome
        counted = [str(n) for n in (lines.new, lines.changed, lines.gone, lines.moved)] if lines else [""] * 4
        ran = ["", "", "", "", ""]
        if outcome:
            as_before = len(outcome.failed) - len(each.unexpected)
            ran = [
                *map(str, (outcome.passed, outcome.skipped, len(each.unexpected), as_before)),
                f"{outcome.seconds:.0f}",
            ]
        table.add_row(each.step, each.where, *counted, *ran)
    return table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m bench.adoption", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which applications: {', '.join(names())}; all when none is named")
    parser.add_argument("--lines", action="store_true", help="count the lines of the patches, and run nothing")
    parser.add_argument("--step", action="append", choices=["theirs", *STEPS], help="only this step; may be repeated")
    parser.add_argument("--where", action="append", help="only this placement; may be repeated")
    parser.add_argument("--folder", type=Path, help="keep what is unpacked and installed here, and use it again")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
