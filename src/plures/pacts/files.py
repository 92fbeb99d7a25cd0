"""The pact files of a project: `contracts/pacts/<consumer>-<contract>.json`."""

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Final

from plures.errors import InvalidInput, Rule

from .expectation import Expectation
from .form import expectations_of, pact_of

FOLDER: Final = "contracts/pacts"
PactDamaged: Final = Rule(
    "pact.damaged",
    "it is no pact file of version 4: {problem}",
    "Take it from version control, or delete it and record again: pytest --plures-record.",
)


def read_pacts(folder: Path) -> list[Expectation]:
    """All that the pact files in a folder say; nothing where there is no such folder. Raises `InvalidInput` with all that is wrong with any."""
    found: list[Expectation] = []
    violations: list[object] = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        try:
            found += expectations_of(json.loads(path.read_bytes()))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            problem = str(error) or type(error).__name__
            violations.append(PactDamaged.broken(f"{folder.name}/{path.name}", problem=problem))
    if violations:
        raise InvalidInput(folder.as_posix(), violations)  # type: ignore[arg-type]
    return found


def written(expectations: Iterable[Expectation]) -> dict[str, str]:
    """Name of each pact file → its text: the same expectations give the same bytes, in whichever order they come."""
    listed = sorted(expectations, key=lambda each: (each.consumer, each.contract))
    files: dict[str, str] = {}
    for (consumer, contract), several in groupby(listed, key=lambda each: (each.consumer, each.contract)):
        pact = pact_of(consumer, contract, list(several))
        files[f"{consumer}-{contract}.json"] = json.dumps(pact, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return files
