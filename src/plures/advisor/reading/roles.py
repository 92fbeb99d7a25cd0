"""Tells from its path what a file is for: production code, tests, migrations, documentation. Reads no content."""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

# Code of other projects, kept here so that nothing has to be installed.
_COPIED_FOLDERS = frozenset("_vendor _vendored vendored third_party _third_party thirdparty _thirdparty".split())
_VENDOR = "vendor"
_TEST_FOLDERS = frozenset("tests unittests unit_tests functional_tests integration_tests testsuite test_suite".split())
_PROSE_FOLDERS = frozenset(
    "docs doc documentation examples example samples sample demos demo tutorials "
    "benchmarks benchmark asv_bench gallery".split()
)
_TEST_ENDINGS = ("_tests", "-tests")
_MIGRATION_FOLDERS = frozenset({"migrations", "south_migrations", "alembic", "alembic_migrations", "migrate_repo"})
_PACKAGING = frozenset("setup.py conftest.py noxfile.py fabfile.py tasks.py ez_setup.py versioneer.py".split())


class Role(StrEnum):
    """What a Python file is for."""

    PRODUCTION = "production"
    TEST = "test"
    MIGRATION = "migration"
    PROSE = "documentation"
    COPY = "copy of another project"


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
    return _role_of_folders(folders, packages, tests)


def _role_of_folders(folders: list[str], packages: set[str], tests: set[str]) -> Role:
    for depth, folder in enumerate(folders, 1):
        place = "/".join(folders[:depth])
        if folder in _COPIED_FOLDERS or (folder == _VENDOR and _holds_projects(place, folders[depth:], packages)):
            return Role.COPY
        if folder in _TEST_FOLDERS or folder.endswith(_TEST_ENDINGS) or place in tests:
            return Role.TEST
        if folder in _PROSE_FOLDERS and "/".join(folders[: depth - 1]) not in packages:
            return Role.PROSE
        if folder in _MIGRATION_FOLDERS:
            return Role.MIGRATION
    return Role.PRODUCTION


def _holds_projects(place: str, below: list[str], packages: set[str]) -> bool:
    """Whether a folder is no package but holds one: an application about vendors is a package itself."""
    return place not in packages and bool(below) and f"{place}/{below[0]}" in packages


def copied_folder(path: str) -> str:
    """The folder of copies that a file with the role `COPY` lies in."""
    folders = path.split("/")[:-1]
    place = next((folder for folder in folders if folder in _COPIED_FOLDERS), _VENDOR)
    return "/".join(folders[: folders.index(place) + 1])


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
