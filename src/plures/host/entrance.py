"""Who may call one replica, by the paths of what it hosts."""

from collections.abc import Collection, Mapping

from plures.access import Access, Entrance
from plures.application import Assembly
from plures.contract import ContractDescription


def entrance_of(assembly: Assembly, hosted: Collection[str], access: Access | None) -> Entrance | None:
    """What checks the callers of some capabilities; None where nothing is to be checked."""
    if access is None:
        return None
    contracts = {name: assembly.capabilities[name].contract for name in hosted}
    deliveries = {name: contract for name, contract in assembly.deliveries.items() if name in hosted}
    return Entrance(access, assembly.name, operations=_paths(contracts), deliveries=_paths(deliveries))


def _paths(contracts: Mapping[str, ContractDescription]) -> Mapping[str, Mapping[str, str]]:
    return {
        name: {operation.wire_name: operation.path for operation in contract.operations.values()}
        for name, contract in contracts.items()
    }
