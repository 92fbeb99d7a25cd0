"""Renders docs/performance.md from the kept results and the prose beside this module."""

from collections.abc import Iterable
from pathlib import Path

from bench.machine import Machine
from bench.results import Result, Section, Target, read, text_of

_TEMPLATE = Path(__file__).parent / "performance.template.md"
_DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"


def render(results: Path, *, template: Path = _TEMPLATE, document: Path = _DOCUMENT) -> Path:
    """Fill each ``{{name}}`` of the template with the tables of that result, or with the command that makes the result."""
    text = template.read_text(encoding="utf-8")
    kept: list[Result] = []
    for name in ("calls", "shop", "data", "events", "sagas", "checkout", "search", "start"):
        path = results / f"{name}.json"
        if path.exists():
            kept.append(read(path))
        text = text.replace(f"{{{{{name}}}}}", _tables(kept[-1]) if path.exists() else _missing(name))
    text = text.replace("{{targets}}", _verdicts(target for result in kept for target in result.targets))
    document.write_text(text.replace("{{machine}}", "\n".join(_machines(kept))), encoding="utf-8")
    return document


def _missing(name: str) -> str:
    return f"*Not measured yet: `python -m bench {name}`.*"


def _tables(result: Result) -> str:
    tables = "\n\n".join(_table(section) for section in result.sections)
    return f"{tables}\n\nMedians of {result.rounds} rounds, seed {result.seed}, {result.finished[:10]}."


def _table(section: Section) -> str:
    heading = " | ".join(["", *(column.heading for column in section.columns)])
    lines = [f"**{section.title}**", "", f"| {heading} |", "|---" + "|--:" * len(section.columns) + "|"]
    for row in section.rows:
        cells = [text_of(row.figures.get(column.key), column.decimals) for column in section.columns]
        lines.append(f"| {' | '.join([row.subject, *cells])} |")
    return "\n".join(lines)


def _verdicts(targets: Iterable[Target]) -> str:
    lines = ["| target | wanted | reached | |", "|---|--:|--:|---|"]
    for target in targets:
        wanted = f"{target.bound} {text_of(target.wanted, 2)} {target.unit}"
        verdict = "met" if target.met else "**missed**"
        lines.append(f"| {target.what} | {wanted} | {text_of(target.reached, 2)} {target.unit} | {verdict} |")
    return "\n".join(lines)


def _machines(kept: Iterable[Result]) -> Iterable[str]:
    machines: dict[str, tuple[Machine, list[str]]] = {}
    for result in kept:
        machines.setdefault(result.machine.sentence, (result.machine, []))[1].append(result.bench)
    for described, (machine, benches) in machines.items():
        versions = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
        yield f"- {', '.join(benches)}: {described}; {versions}"
