"""What tests of consumers recorded, as the comparison of contracts asks for it."""

from pathlib import Path

from plures.application import Assembly
from plures.compat import Change, Unkept
from plures.pacts import FOLDER, read_pacts, touches, why_broken


class Expected:
    """The pact files of a project, beside its contracts as they are in the code.

    Raises:
        InvalidInput: A pact file is damaged.
    """

    def __init__(self, assembly: Assembly, folder: Path) -> None:
        self._contracts = {each.name: each for each in assembly.contracts}
        self._all = read_pacts(folder / FOLDER)

    def unkept(self, contract: str) -> tuple[Unkept, ...]:
        """What the contract does not allow; nothing of one that is not in the code any more: that is told as a change."""
        known = self._contracts.get(contract)
        own = [each for each in self._all if each.contract == contract] if known is not None else []
        told = ((each, why_broken(each, known)) for each in own if known is not None)
        return tuple(Unkept(each.whose, each.operation, why) for each, why in told if why)

    def touched(self, change: Change) -> tuple[str, ...]:
        """Each consumer once."""
        found = {
            each.consumer: each.whose
            for each in self._all
            if each.contract == change.contract and touches(each, change.places)
        }
        return tuple(found[name] for name in sorted(found))
