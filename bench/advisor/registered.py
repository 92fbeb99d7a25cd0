"""The registered cases: which repositories are read as of when, and what later left them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from plures.advisor.reading.definitions import Definitions


@dataclass(frozen=True)
class Case:
    """One repository at one commit.

    Attributes:
        role: "tuning", "held out", or "stayed whole, …".
        left: Components that became projects of their own.
        ignored: Components that count neither way.
    """

    name: str
    role: str
    commit: str
    date: str
    left: tuple[str, ...]
    ignored: tuple[str, ...]
    definitions: Definitions

    @property
    def title(self) -> str:
        """Name and year."""
        return f"{self.name} {self.date[:4]}"

    def folder(self, repositories: Path) -> Path:
        """Its repository below the folder that the user gave: `owner/name`, `owner+name` or `owner+name/repo`."""
        flat = repositories / self.name.replace("/", "+")
        return next((place for place in (flat / "repo", flat, repositories / self.name) if place.is_dir()), flat)


def cases() -> list[Case]:
    """All registered cases, in the order of the file."""
    table = tomllib.loads((Path(__file__).parent / "registered.toml").read_text(encoding="utf-8"))
    return [
        Case(
            entry["name"],
            entry["role"],
            entry["commit"],
            entry["date"],
            tuple(entry.get("left", ())),
            tuple(entry.get("ignored", ())),
            Definitions(divide=tuple(entry.get("divide", ()))),
        )
        for entry in table["repository"]
    ]
