"""Whether the packages of an extra are installed, in versions that will do: as the metadata of the installed Plures says."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Final

from plures.errors import PluresError, Text

_REQUIREMENT: Final = re.compile(r"(?P<name>[\w.-]+)(?:\[[\w,-]+\])?(?P<versions>[^;]*);(?P<marker>.*)")
_NUMBERS: Final = re.compile(r"\d+(?:\.\d+)*")
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
    try:
        said = requires("plures") or []
    except PackageNotFoundError:
        # Sources on the path, without metadata, do not say what they need.
        return
    for requirement in filter(None, map(_REQUIREMENT.match, said)):
        marker = requirement["marker"]
        is_here = sys.platform != _ELSEWHERE or _ELSEWHERE not in marker
        if alone and alone != requirement["name"]:
            continue
        if is_here and re.search(rf"extra *== *['\"]{extra}['\"]", marker):
            yield from _wrong(requirement["name"], requirement["versions"].strip())


def _wrong(name: str, versions: str) -> Iterator[str]:
    try:
        there = version(name)
    except PackageNotFoundError:
        yield f"{name} is not installed"
        return
    if not all(_fits(there, bound) for bound in versions.split(",")):
        yield f"{name} is {there}, and {versions} is needed"


def _fits(there: str, bound: str) -> bool:
    """Ours have a lowest version, and some the first that is too new."""
    if bound.startswith(">="):
        return _numbers(there) >= _numbers(bound)
    return _numbers(there) < _numbers(bound)


def _numbers(text: str) -> tuple[int, ...]:
    found = _NUMBERS.search(text)
    return () if found is None else tuple(map(int, found[0].split(".")))
