"""Figures of the policy on calls, as far as plures.toml says them."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

Figures: TypeAlias = Mapping[str, int | float]
"""The name of a figure → its value."""


class Policies(msgspec.Struct, frozen=True):
    """What plures.toml says of calls: the figures that it leaves out have their defaults.

    Attributes:
        everywhere: What holds for calls of each capability, and for the edge.
        capabilities: What holds for calls of one capability instead.
        edge: What holds for requests to the edge.
    """

    everywhere: Figures = msgspec.field(default_factory=dict[str, int | float])
    capabilities: Mapping[str, Figures] = msgspec.field(default_factory=dict[str, Figures])
    edge: Figures = msgspec.field(default_factory=dict[str, int | float])

    def of(self, capability: str) -> Figures:
        """What is said of calls of one capability."""
        return {**self.everywhere, **self.capabilities.get(capability, {})}
