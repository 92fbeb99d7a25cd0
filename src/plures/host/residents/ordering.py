"""In which order capabilities are built and started."""

from collections.abc import Mapping

from plures.application import AssembledCapability


def by_needs(capabilities: Mapping[str, AssembledCapability]) -> list[str]:
    """Each after those that it needs; within a circle, in the order of the application."""
    by_contract = {each.python: name for name, capability in capabilities.items() for each in capability.contracts}
    ordered: dict[str, None] = {}
    visiting: set[str] = set()

    def visit(name: str) -> None:
        if name in visiting:
            return
        visiting.add(name)
        for python in capabilities[name].needs:
            if python in by_contract:
                visit(by_contract[python])
        ordered[name] = None

    for name in capabilities:
        visit(name)
    return list(ordered)
