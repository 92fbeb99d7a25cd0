"""What people choose when they render, beside what plures.toml says."""

from collections.abc import Mapping
from enum import Enum

import msgspec


class Signal(Enum):
    """What the autoscaler looks at.

    `CPU` needs the metrics server alone. `WORK` is the figure that `plures.scaling` counts with, as an external metric.
    """

    CPU = "cpu"
    WORK = "work"


class Image(msgspec.Struct, frozen=True):
    """Which image of a name runs.

    Attributes:
        name: With its registry, without tag and digest.
        tag: Empty where the digest says it.
        digest: As `sha256:…`; empty where the tag says it.
    """

    name: str
    tag: str = ""
    digest: str = ""

    @property
    def reference(self) -> str:
        """As containers are told."""
        return f"{self.name}@{self.digest}" if self.digest else f"{self.name}:{self.tag}"


class Choices(msgspec.Struct, frozen=True):
    """What is chosen.

    Attributes:
        images: Process → its image.
        environments: Names of the environments that get an overlay.
        signal: What the autoscaler looks at.
    """

    images: Mapping[str, Image]
    environments: tuple[str, ...] = ("production",)
    signal: Signal = Signal.CPU
