"""A derived contract, kept as a module: where it goes, and what must not be lost there."""

import sys
from dataclasses import dataclass
from pathlib import Path

from plures.cli.contract.errors import NotFrozen
from plures.contract import ContractDescription

from .module import ContractSource


@dataclass(frozen=True)
class Frozen:
    """A written file.

    Attributes:
        shown: Its path, from the folder of the application where it is in there.
        module: How it is imported; empty where it is on no path of Python's.
    """

    shown: str
    module: str


def freeze(
    contract: ContractDescription, source: ContractSource, to: Path | None, *, folder: Path, force: bool
) -> Frozen:
    """Write it; raises `NotFrozen`."""
    name, python = contract.capability, contract.python
    if not source.derived:
        reason = f"it is written already, in {python.__module__}"
        raise NotFrozen(name, reason, f"Change it there; `plures contract show {name}` prints it.")
    target = _target(contract, to, folder)
    shown = str(target.relative_to(folder)) if target.is_relative_to(folder) else str(target)
    needed = {file for module in (*source.imports, python.__module__) if (file := _file_of(module))}
    if target in needed:
        raise NotFrozen(name, f"{shown} holds what the contract is made of", "Name another file with --to.")
    try:
        with target.open("w" if force else "x", encoding="utf-8") as written:
            written.write(source.text)
    except FileExistsError:
        raise NotFrozen(
            name, f"{shown} exists", "Name another file with --to, or write over it with --force."
        ) from None
    except OSError as error:
        reason = f"{shown}: {error.strerror or error}"
        raise NotFrozen(name, reason, "Name a file in a folder that you may write to.") from None
    return Frozen(shown, _module_of(target))


def _target(contract: ContractDescription, to: Path | None, folder: Path) -> Path:
    if to is not None:
        return (to / "contract.py" if to.is_dir() else to).resolve()
    beside = _file_of(contract.python.__module__)
    if beside is None or not beside.is_relative_to(folder.resolve()) or "site-packages" in beside.parts:
        reason = f"{contract.python.__qualname__} is not in the application's own code"
        raise NotFrozen(contract.capability, reason, "Say with --to where the file shall be.")
    return beside.parent / "contract.py"


def _file_of(module: str) -> Path | None:
    file = getattr(sys.modules.get(module), "__file__", None)
    return Path(file).resolve() if file else None


def _module_of(target: Path) -> str:
    """The shortest name under which Python finds a file: below the deepest folder of its path."""
    found = [target.relative_to(root) for each in sys.path if target.is_relative_to(root := Path(each).resolve())]
    parts = min((each.with_suffix("").parts for each in found), key=len, default=())
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""
