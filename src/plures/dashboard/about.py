"""What the dashboard knows of an application besides what was measured."""

from msgspec import Struct


class AboutCapability(Struct, frozen=True):
    """What a capability says of itself.

    Attributes:
        contracts: Each with its stability, the newest first.
        calls: Capabilities that its service declares to call.
        hears: Capabilities whose events it gets.
    """

    name: str
    owner: str = ""
    doc: str = ""
    contracts: tuple[tuple[str, str], ...] = ()
    calls: tuple[str, ...] = ()
    hears: tuple[str, ...] = ()


class About(Struct, frozen=True):
    """What an application says of itself.

    Attributes:
        topologies: Names of those in its plures.toml.
    """

    application: str
    capabilities: tuple[AboutCapability, ...] = ()
    topologies: tuple[str, ...] = ()

    def of(self, name: str) -> AboutCapability | None:
        """The capability of that name."""
        return next((each for each in self.capabilities if each.name == name), None)
