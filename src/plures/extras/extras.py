"""Whether the packages of an extra are installed, in versions that will do: as the metadata of the installed Plures says."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from plures.errors import PluresError, Text

_REQUIREMENT: Final = re.compile(r"(?P<name>[\w.-]+)(?:\[[\w,-]+\])?(?P<versions>[^;]*);(?P<marker>.*)")
_NUMBERS: Final = re.compile(r"\d+(?:\.\d+)*")
_OURS: Final = "plures"
_ELSEWHERE: Final = "win32"
"""The one system that a requirement of ours leaves out."""


@dataclass(eq=False)
class ExtraMissing(PluresError):
    """What was asked for needs packages that come with an extra of Plures, and they are not installed, or in versions that will not do."""

    code = "install.extra_missing"
    wording = Text(
        "Cannot {purpose}",
        why="in {environment}, {lacking}",
        fix="Install what it needs: pip install 'plures[{extra}]'",
    )

    purpose: str
    extra: str
    environment: str
    lacking: str


def require(extra: str, purpose: str, *, alone: str = "") -> None:
    """Return where all packages of the extra are there.

    Args:
        purpose: What needs them, after "Cannot": "run this".
        alone: The one of them that is needed; empty for all.

    Raises:
        ExtraMissing: Some are not, or have a version that will not do; it names all of them.
    """
    if lacking := list(_lacking(extra, alone)):
        raise ExtraMissing(purpose, extra, sys.prefix, "; ".join(lacking))


def _lacking(extra: str, alone: str) -> Iterator[str]:
    # Of sources on the path, without metadata, nothing is known.
    for requirement in filter(None, map(_REQUIREMENT.match, _said(_OURS, "Requires-Dist") or ())):
        name, marker = requirement["name"], requirement["marker"]
        if alone and alone != name:
            continue
        is_here = sys.platform != _ELSEWHERE or _ELSEWHERE not in marker
        if is_here and re.search(rf"extra *== *['\"]{extra}['\"]", marker):
            yield from _wrong(name, requirement["versions"].strip())


def _wrong(name: str, versions: str) -> Iterator[str]:
    said = _said(name, "Version")
    if not said:
        yield f"{name} is not installed"
    elif not all(_fits(said[0], bound) for bound in versions.split(",")):
        yield f"{name} is {said[0]}, and {versions} is needed"


def _said(name: str, field: str) -> list[str] | None:
    """What the metadata of a distribution has in a field; None where it is not installed."""
    # Slow to import, and most processes never ask.
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        metadata = distribution(name).read_text("METADATA") or ""
    except PackageNotFoundError:
        return None
    # The functions for single fields parse the README behind them too, a hundred times as much.
    head = metadata.partition("\n\n")[0]
    return re.findall(rf"^{field}: (.+)$", head, flags=re.MULTILINE)


def _fits(there: str, bound: str) -> bool:
    """Ours have a lowest version, and some the first that is too new."""
    if bound.startswith(">="):
        return _numbers(there) >= _numbers(bound)
    return _numbers(there) < _numbers(bound)


def _numbers(text: str) -> tuple[int, ...]:
    found = _NUMBERS.search(text)
    return () if found is None else tuple(map(int, found[0].split(".")))
