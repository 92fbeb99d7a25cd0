"""Who may call one replica, by the paths of what it hosts."""

from collections.abc import Callable, Collection, Mapping

from plures.access import Access, Caller, Entrance
from plures.application import Assembly
from plures.contract import ContractDescription


def entrance_of(
    assembly: Assembly, hosted: Collection[str], access: Access | None, arrived: Callable[[Caller, str], None]
) -> Entrance | None:
    """What checks the callers of some capabilities; None where nothing is to be checked.

    Args:
        arrived: Told of each call that is let in.
    """
    if access is None:
        return None
    contracts = {name: assembly.capabilities[name].contracts for name in hosted}
    deliveries = {name: (contract,) for name, contract in assembly.deliveries.items() if name in hosted}
    return Entrance(access, assembly.name, operations=_paths(contracts), deliveries=_paths(deliveries), arrived=arrived)


def _paths(contracts: Mapping[str, tuple[ContractDescription, ...]]) -> Mapping[str, tuple[str, ...]]:
    return {
        name: tuple(operation.path for version in versions for operation in version.operations.values())
        for name, versions in contracts.items()
    }
