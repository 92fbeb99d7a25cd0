"""A benchmark's result: figures of each subject, and targets to compare them with. We keep JSON and show tables."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from rich.console import Console
from rich.table import Table

from bench.machine import Machine, this_machine

RESULTS = Path(__file__).parent / "results"
# Figures that mean nothing stay out of the repository.
QUICK_RESULTS = Path(".plures") / "bench"
TIMES = "×"  # noqa: RUF001 -- the sign for a ratio, not a letter
Bound = Literal["at least", "at most"]


class Column(msgspec.Struct, frozen=True):
    """One figure: its key in the rows, its heading (with the unit), and the decimals worth showing."""

    key: str
    heading: str
    decimals: int = 0


class Row(msgspec.Struct, frozen=True):
    """The medians of one subject, and how far its rounds lay apart."""

    subject: str
    figures: dict[str, float]
    rounds: list[dict[str, float]]
    note: str = ""


class Section(msgspec.Struct, frozen=True):
    """One table."""

    title: str
    columns: list[Column]
    rows: list[Row]

    def figure(self, subject: str, key: str) -> float:
        """One figure of one subject."""
        return next(row for row in self.rows if row.subject == subject).figures[key]


class Target(msgspec.Struct, frozen=True):
    """A bound for one figure, and the figure."""

    what: str
    bound: Bound
    wanted: float
    reached: float
    unit: str = TIMES

    @property
    def met(self) -> bool:
        return self.reached >= self.wanted if self.bound == "at least" else self.reached <= self.wanted


class Result(msgspec.Struct, frozen=True):
    """One run of one benchmark."""

    bench: str
    quick: bool
    rounds: int
    seed: int
    sections: list[Section]
    targets: list[Target]
    machine: Machine = msgspec.field(default_factory=this_machine)
    finished: str = msgspec.field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


def write(result: Result, folder: Path) -> Path:
    """Keep a result as JSON; a quick run never replaces a full one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.bench}{'.quick' if result.quick else ''}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    return path


def read(path: Path) -> Result:
    """A result that ``write`` kept."""
    return msgspec.json.decode(path.read_bytes(), type=Result)


def show(result: Result, console: Console) -> None:
    """Print every table of a result, then its targets."""
    for section in result.sections:
        table = Table("", *(column.heading for column in section.columns), title=section.title, title_justify="left")
        for row in section.rows:
            table.add_row(row.subject, *(text_of(row.figures.get(c.key), c.decimals) for c in section.columns))
        console.print(table)
    for target in result.targets:
        console.print(f"[{'green' if target.met else 'red'}]{sentence(target)}[/]", highlight=False)


def sentence(target: Target) -> str:
    """A target in words."""
    verdict = "met" if target.met else "MISSED"
    wanted, reached = text_of(target.wanted, 2), text_of(target.reached, 2)
    return f"{verdict}: {target.what}: {reached} {target.unit}, wanted {target.bound} {wanted} {target.unit}"


def text_of(figure: float | None, decimals: int) -> str:
    """A figure for people; a hyphen where there is none."""
    return "-" if figure is None else f"{figure:,.{decimals}f}"
