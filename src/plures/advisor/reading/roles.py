"""Tells from its path what a file is for: production code, tests, migrations, documentation. Reads no content."""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

_TEST_FOLDERS = frozenset("tests unittests unit_tests functional_tests integration_tests testsuite test_suite".split())
_PROSE_FOLDERS = frozenset(
    "docs doc documentation examples example samples sample demos demo tutorials "
    "benchmarks benchmark asv_bench gallery".split()
)
_MIGRATION_FOLDERS = frozenset({"migrations", "south_migrations", "alembic", "alembic_migrations", "migrate_repo"})
_PACKAGING = frozenset("setup.py conftest.py noxfile.py fabfile.py tasks.py ez_setup.py versioneer.py".split())


class Role(StrEnum):
    """What a Python file is for."""

    PRODUCTION = "production"
    TEST = "test"
    MIGRATION = "migration"
    PROSE = "documentation"


def roles(paths: Iterable[str]) -> dict[str, Role]:
    """The role of every Python file among `paths`."""
    python = [path for path in paths if path.endswith(".py")]
    packages = {path.rpartition("/")[0] for path in python if path.endswith("__init__.py")}
    tests = _test_folders(python)
    return {path: _role(path, packages, tests) for path in python}


def _role(path: str, packages: set[str], tests: set[str]) -> Role:
    folders, name = path.split("/")[:-1], path.rpartition("/")[2]
    if name in _PACKAGING and (name == "conftest.py" or "/".join(folders) not in packages):
        return Role.TEST if name == "conftest.py" else Role.PROSE
    if (
        name.startswith("test_")
        or name.endswith(("_test.py", "_tests.py"))
        or (name in {"tests.py", "test.py"} and folders)
    ):
        return Role.TEST
    for depth, folder in enumerate(folders, 1):
        place = "/".join(folders[:depth])
        if folder in _TEST_FOLDERS or place in tests:
            return Role.TEST
        if folder in _PROSE_FOLDERS and "/".join(folders[: depth - 1]) not in packages:
            return Role.PROSE
        if folder in _MIGRATION_FOLDERS:
            return Role.MIGRATION
    return Role.PRODUCTION


def _test_folders(python: list[str]) -> set[str]:
    """Folders called `test` that hold tests. Folders such as `django/test` are production code and are left out."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for path in python:
        folders = path.split("/")[:-1]
        if "test" in folders:
            place = "/".join(folders[: folders.index("test") + 1])
            names[place].append(path.rpartition("/")[2])
    return {
        place
        for place, files in names.items()
        if 2 * sum(n.startswith("test_") for n in files) >= len(files) - files.count("__init__.py")
    }
