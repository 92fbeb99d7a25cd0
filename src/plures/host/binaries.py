"""The binary forms of the contracts of a replica, made of the lock files beside plures.toml when they are first asked for."""

from collections.abc import Iterable
from pathlib import Path

from plures.contract import LOCK_FOLDER, Binary, ContractDescription, OperationDescription
from plures.errors import InvalidInput


class LockedBinaries:
    """The binary forms of contracts.

    Args:
        folder: Where plures.toml lies.
    """

    def __init__(self, folder: Path, contracts: Iterable[ContractDescription]) -> None:
        self._folder = folder / LOCK_FOLDER
        self._contracts = {each.service: each for each in contracts}
        self._found: dict[str, Binary | str] = {}

    def of(self, operation: OperationDescription) -> Binary | None:
        """That of the contract of an operation; None where it has none."""
        found = self._of(operation)
        return found if isinstance(found, Binary) else None

    def why_not(self, operation: OperationDescription) -> str:
        """Why it has none."""
        found = self._of(operation)
        return found if isinstance(found, str) else ""

    def _of(self, operation: OperationDescription) -> Binary | str:
        service = operation.full_name.rpartition("/")[0]
        found = self._found.get(service)
        if found is None:
            found = self._found[service] = self._made(service)
        return found

    def _made(self, service: str) -> Binary | str:
        contract = self._contracts.get(service)
        if contract is None:
            return "it belongs to no contract of the application"
        path = self._folder / f"{contract.name}.toml"
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError:
            return f"its contract is not locked: there is no {LOCK_FOLDER}/{path.name}"
        except (OSError, UnicodeDecodeError) as error:
            return f"{LOCK_FOLDER}/{path.name} cannot be read: {error}"
        # A tenth of the start of a replica, and most speak JSON alone.
        from plures.compat import NoBinaryForm, binary_form, read_lock

        try:
            return binary_form(contract, read_lock(text, path.name))
        except NoBinaryForm as error:
            return str(error)
        except InvalidInput as error:
            return f"{LOCK_FOLDER}/{path.name} cannot be read: {error.violations[0]}"
