"""The faults on demand that `plures run` is asked for, and whether they may be injected here."""

from collections.abc import Iterator
from typing import Final

from plures.application import Assembly
from plures.errors import InvalidInput, Rule
from plures.host import Fault, read_faults
from plures.topology import ResolvedTopology, Settings

_OPTION: Final = "--fault"

PRODUCTION: Final = Rule(
    "faults.production",
    "it would hit callers from elsewhere: {why}",
    "Listen on 127.0.0.1 alone and without names, or add --faults-in-production.",
)


def faults_of(
    texts: tuple[str, ...], assembly: Assembly, topology: ResolvedTopology, settings: Settings, *, in_production: bool
) -> tuple[Fault, ...]:
    """The faults that the command line asks for; raises `InvalidInput` with all that is wrong with them."""
    ours = [process for process in topology.processes.values() if process.external is None and process.command is None]
    here = [capability for process in ours for capability in process.capabilities]
    faults, wrong = read_faults(texts, assembly.operation_names, here, where=_OPTION)
    if texts and not in_production:
        has_edge = any(process.edge for process in ours)
        wrong += [PRODUCTION.broken(_OPTION, why=why) for why in _signs_of_production(settings, has_edge=has_edge)]
    if wrong:
        raise InvalidInput("The command line", wrong)
    return faults


def loud(faults: tuple[Fault, ...]) -> str:
    """The line that says which faults are active."""
    return f"FAULTS ARE INJECTED ON DEMAND: {', '.join(map(str, faults))}"


def _signs_of_production(settings: Settings, *, has_edge: bool) -> Iterator[str]:
    """Why others than those at this machine may call."""
    listeners = {"the control listener": settings.control} | ({"the edge": settings.public} if has_edge else {})
    for name, address in listeners.items():
        if not address.is_loopback:
            yield f"{name} listens on {address}"
    # A proxy in front of loopback brings callers from elsewhere, by the names that it is known by.
    for key, names in (("public_names", settings.public_names), ("names", settings.names)):
        if names:
            yield f"[listen] {key} has {', '.join(names)}"
