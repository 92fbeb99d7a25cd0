"""Files of others in a folder, and the modules that are written of them, loaded."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from plures.compat import compare_contracts, described, read_lock, relock
from plures.contract import ContractDescription, read_contract
from plures.imports import Imported, Wanted, import_file


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., Imported]:
    """Imports a text under a name of a file."""

    def run(text: str, file: str = "peer.proto", **wanted: str) -> Imported:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return import_file(path, Wanted(**wanted))

    return run


def loaded(imported: Imported, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that was written, as Python imports it."""
    module = ModuleType("imported_of_others")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(imported.module, "imported_of_others.py", "exec"), vars(module))
    return module


def read_back(imported: Imported, monkeypatch: pytest.MonkeyPatch) -> ContractDescription:
    """What the module says, which is a contract, and the one that was locked beside it."""
    python: Any = vars(loaded(imported, monkeypatch))[imported.contract.service.rpartition(".")[2]]
    description, violations = read_contract(python)
    assert violations == []
    if imported.lock:
        locked = read_lock(imported.lock, "the lock file")
        again = relock(described(description), locked)
        assert [each.what for each in compare_contracts(locked, again.contract)] == []
        assert again.contract == locked
    return description
