"""What a session of tests asks for."""

from pathlib import Path
from typing import Final, NamedTuple

import pytest

PLACEMENTS: Final = {
    "process": "in process",
    "checked": "in process, checked",
    "wire": "over the wire",
    "processes": "local processes",
}
"""What `--plures` may say, and the placement that it means."""


class Hosting(NamedTuple):
    """Where the application runs.

    Attributes:
        file: The plures.toml.
        topology: One of that file.
    """

    placement: str
    file: Path
    topology: str | None


HOSTING: Final = pytest.StashKey[Hosting]()
