"""Which versions of packages a service asks for exactly."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

_PIN: Final = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*==\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*)")


def pinned(folder: Path) -> dict[str, str]:
    """Package → version, as `requirements*.txt` and `pyproject.toml` of a folder pin them."""
    found: dict[str, str] = {}
    for line in _lines(folder):
        match = _PIN.match(line)
        if match is not None:
            found[re.sub(r"[-_.]+", "-", match.group(1)).lower()] = match.group(2)
    return found


def _lines(folder: Path) -> Iterator[str]:
    with suppress(OSError, UnicodeDecodeError):
        yield from (folder / "requirements.txt").read_text(encoding="utf-8-sig").splitlines()
    with suppress(OSError, ValueError):
        project: Any = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
        yield from (line for line in project.get("dependencies", []) if isinstance(line, str))
