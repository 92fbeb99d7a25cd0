"""Two OpenAPI exports of a contract that changed: `plures contract check OLD NEW` says of them what it says of the contract.

Verdicts are compared, not findings: whether callers fail, in what they send and in what they receive.
"""

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from random import Random

import pytest

from plures.compat import Change, Contract, Severity, check_documents, compare_contracts
from plures.compat.changes import Side
from plures.exports import export

from .evolutions import contract, evolve, harmless
from .further import FURTHER, LOOSER, OTHER, STRICTER

EXAMPLES = int(os.environ.get("PLURES_EXAMPLES", "40"))
SEED = int(os.environ.get("PLURES_SEED", "1"))
TODAY = date(2031, 6, 30)


def documents(old: Contract, new: Contract, folder: Path) -> tuple[Change, ...]:
    """What the check of their documents finds."""
    paths = [folder / "old.json", folder / "new.json"]
    for path, each in zip(paths, (old, new), strict=True):
        exported = export(each, "openapi")
        assert exported is not None
        path.write_text(exported.text)
    return tuple(change for each in check_documents(*paths, today=TODAY).contracts for change in each.changes)


def verdict(changes: Iterable[Change]) -> tuple[bool, bool]:
    """Whether callers fail in what they send, and in what they receive."""
    sides = {each.side for each in changes if each.severity is Severity.ERROR}
    return bool(sides & {Side.REQUEST, Side.BOTH}), bool(sides & {Side.RESPONSE, Side.BOTH})


def agree(old: Contract, new: Contract, folder: Path, what: object) -> None:
    of_contracts, of_documents = compare_contracts(old, new), documents(old, new, folder)
    assert verdict(of_documents) == verdict(of_contracts), (
        what, [(each.rule.code, each.side, each.what) for each in of_contracts],
        [(each.rule.code, each.side, each.what) for each in of_documents],
    )  # fmt: skip


@pytest.mark.parametrize("steps", [LOOSER, STRICTER, OTHER], ids=["looser", "stricter", "other"])
def test_of_a_changed_field(steps: object, tmp_path: Path) -> None:
    random, made = Random(SEED), 0
    while made < EXAMPLES:
        old = contract(random)
        found = evolve(old, random.choice(list(old.messages)), steps, random)  # type: ignore[arg-type]
        if found is not None:
            made += 1
            agree(found.old, found.new, tmp_path, (SEED, made, found.kind, found.record))


def test_of_changes_that_no_caller_can_tell(tmp_path: Path) -> None:
    random = Random(SEED)
    for n in range(EXAMPLES):
        old = contract(random)
        agree(old, harmless(old, random), tmp_path, (SEED, n))


@pytest.mark.parametrize("name", FURTHER)
def test_of_operations_errors_enums_and_the_standing(name: str, tmp_path: Path) -> None:
    random = Random(SEED)
    for n in range(max(3, EXAMPLES // 20)):
        old, new = FURTHER[name](contract(random), random)
        agree(old, new, tmp_path, (SEED, n, name))
