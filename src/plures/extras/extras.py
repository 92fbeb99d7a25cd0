"""Whether the packages of an extra are installed, in versions that will do: as the metadata of the installed Plures says."""

import re
import sys
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
    wanted = _packages(extra, alone)
    there = {name: _said(name, "Version") for name in wanted}
    lacking = [
        f"{name} is {version}, and {wanted[name]} is needed"
        for name, versions in there.items()
        for version in versions
        if not all(_fits(version, bound) for bound in wanted[name].split(","))
    ]
    if missing := [name for name, versions in there.items() if not versions]:
        *others, last = missing
        named = f"{', '.join(others)} and {last} are" if others else f"{last} is"
        lacking.insert(0, f"{named} not installed")
    if lacking:
        raise ExtraMissing(purpose, extra, sys.prefix, "; ".join(lacking))


def _packages(extra: str, alone: str) -> dict[str, str]:
    """Package → the versions of it that will do. Of sources on the path, without metadata, nothing is known."""
    found: dict[str, str] = {}
    for requirement in filter(None, map(_REQUIREMENT.match, _said(_OURS, "Requires-Dist"))):
        name, marker = requirement["name"], requirement["marker"]
        is_here = sys.platform != _ELSEWHERE or _ELSEWHERE not in marker
        if is_here and alone in ("", name) and re.search(rf"extra *== *['\"]{extra}['\"]", marker):
            found[name] = requirement["versions"].strip()
    return found


def _said(name: str, field: str) -> list[str]:
    """What the metadata of a distribution has in a field; nothing where it is not installed."""
    # Slow to import, and most processes never ask.
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        metadata = distribution(name).read_text("METADATA") or ""
    except PackageNotFoundError:
        return []
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
