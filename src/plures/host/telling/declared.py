"""What the code of an application declares beside its contracts, as plain data, for those that compare two versions of it."""

from plures.application import Assembly
from plures.data import numbered


def declared(assembly: Assembly) -> dict[str, object]:
    """Who calls which contract, who hears which event by which handler, how far databases are, and for which sagas there is code."""
    calls: dict[str, list[str]] = {}
    for contract in assembly.contracts:
        for caller in assembly.callers_of(contract.python):
            calls.setdefault(caller, []).append(contract.name)
    hears: dict[str, dict[str, str]] = {}
    for each in assembly.subscriptions:
        hears.setdefault(each.subscriber, {})[each.delivery.name] = each.event.name
    sagas: dict[str, dict[str, list[int]]] = {}
    for name, capability in assembly.capabilities.items():
        for saga in capability.sagas:
            sagas.setdefault(name, {}).setdefault(saga.name, []).append(saga.version)
    # How far scripts of Alembic are, their numbers do not tell.
    schemas = {
        name: len(migrations) for name, it in assembly.capabilities.items() if (migrations := numbered(it.migrations))
    }
    return {"calls": calls, "hears": hears, "schemas": schemas, "sagas": sagas}
