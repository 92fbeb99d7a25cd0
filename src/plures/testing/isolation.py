"""`fates`: what becomes of an application when a capability is dead, for a test that says what must survive."""

from collections.abc import Mapping

from plures.application import Application, assemble
from plures.errors import PluresError, did_you_mean
from plures.isolation import Death, Fate, isolate, units_of


class NoSuchCapability(PluresError):
    """A test asks what the death of a capability does that the application does not have."""

    code = "testing.no_such_capability"


def fates(application: Application, *, dead: str) -> Mapping[str, Fate]:
    """Operation (`checkout.place`) or route of the edge (`GET /cart`) → the worst that becomes of it when a capability is dead.

    It is computed from the code, and runs none of it but the function that makes the edge. `plures topology isolate` shows the same.

    Args:
        dead: The capability. Its own operations are not in the answer.

    Raises:
        NoSuchCapability: The application has no such capability.
    """
    assembly = assemble(application)
    if dead not in assembly.capabilities:
        hint = did_you_mean(dead, assembly.capabilities) or f"It has {', '.join(assembly.capabilities)}."
        raise NoSuchCapability(f"Application {application.name!r} has no capability {dead!r}", fix=hint)
    (isolation,) = isolate(units_of(assembly), [Death(dead, frozenset([dead]))])
    return {unit.name: fate for unit, fate in isolation.fates.items()}
