"""One application that is not ours: where it comes from, how its tests run, which of them fail without us."""

from pathlib import Path

import msgspec

HERE = Path(__file__).parent
AFTER = {
    "mount": "theirs",
    "capability": "mount",
    "leave": "capability",
    "shared": "mount",
    "owned": "shared",
    "home": "owned",
}
"""Step → the one whose code its patch is for. Two ways go on from `mount`: a capability without data, and one with rows, which are shared at
first, then its own, then home again.
"""
STEPS = tuple(AFTER)
BARE = ("leave", "home")
"""Steps after which nothing is left of Plures."""


class Project(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What project.toml says.

    Attributes:
        archive: The source archive in the package registry: name==version.
        sha256: Its digest; another archive is refused.
        requirements: What its tests need, beside what it asks for itself.
        bare: What runs its tests without Plures: arguments of the `python` of its environment.
        tests: The same with Plures: `{where}` stands for the placement, `{here}` for the folder of project.toml.
        folder: Where they run, seen from the root of the archive.
        environment: Variables for its tests.
        fails_alone: Test → why it fails here without us.
        rows: At step `owned`: what makes the application's database, moves rows out of it and back, and looks at them; as `tests`.
    """

    archive: str
    sha256: str
    title: str
    requirements: tuple[str, ...]
    bare: tuple[str, ...]
    tests: tuple[str, ...]
    folder: str = "."
    placements: tuple[str, ...] = ("process", "wire", "processes")
    environment: dict[str, str] = {}
    fails_alone: dict[str, str] = {}
    rows: tuple[str, ...] = ()


def read(name: str) -> Project:
    """The project of that name, from its folder."""
    return msgspec.toml.decode((HERE / name / "project.toml").read_bytes(), type=Project)


def names() -> list[str]:
    """Those that there are."""
    return sorted(path.parent.name for path in HERE.glob("*/project.toml"))


def patch(name: str, step: str) -> Path:
    """The patch of a step."""
    return HERE / name / f"{step}.patch"
