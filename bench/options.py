"""How much to measure."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """A ``quick`` run only shows that everything works; its figures mean nothing."""

    quick: bool
    rounds: int
    seed: int
    results: Path
