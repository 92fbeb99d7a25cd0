"""Which Secrets the pods refer to, and which keys they must have."""

from collections.abc import Mapping

from plures.targets.values import Workloads

from .naming import key_for, secret_for, secret_of


def secrets_in(workloads: Workloads) -> Mapping[str, frozenset[str]]:
    """Name of a Secret → its keys, sorted by name."""
    found: dict[str, set[str]] = {}
    for workload in workloads.processes.values():
        if workload.variables:
            found.setdefault(secret_of(workloads), set()).update(workload.variables)
        for file in workload.files:
            keys = file.file_names if file.is_folder else (key_for(file.about),)
            found.setdefault(secret_for(file.about, workloads, workload), set()).update(keys)
    return {name: frozenset(keys) for name, keys in sorted(found.items())}
