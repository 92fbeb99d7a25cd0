"""What can be known of an existing service before it runs."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Found:
    """One service.

    Attributes:
        app: Import string; empty where none was found.
        folder: Where its imports begin.
        hosts: Names by which others call it.
        port: The port that it listens on.
        published: The port at which the machine reaches it.
        needs: Names of services that start before it.
    """

    name: str
    folder: Path
    app: str = ""
    hosts: list[str] = field(default_factory=list[str])
    port: int = 8000
    published: int | None = None
    environment: dict[str, str] = field(default_factory=dict[str, str])
    environment_file: Path | None = None
    needs: list[str] = field(default_factory=list[str])


@dataclass
class Rescue:
    """All that was found, and what is left to a person, in sentences."""

    services: list[Found] = field(default_factory=list[Found])
    left: list[str] = field(default_factory=list[str])
