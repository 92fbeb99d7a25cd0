"""`AlembicMigrations`: where the scripts are. Knows nothing of what they hold, and needs no Alembic."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from plures.errors import Rule, Violation

_NO_SCRIPTS: Final = Rule(
    "data.alembic_place",
    "{scripts} {reason}",
    'Name the folder that has env.py by its package, AlembicMigrations("shop.orders:alembic"), or by a whole path.',
)
VERSION_TABLE: Final = "alembic_version"


@dataclass(frozen=True)
class AlembicMigrations:
    """The migrations of a capability that are Alembic's scripts.

    Attributes:
        scripts: The folder with `env.py` and `versions`: `package:folder`, as in Alembic's `script_location`, or a whole path. Or a file of
            Alembic's configuration in place of the folder, `package:alembic.ini`; its `script_location` is seen from where it is.
        version_table: The table in which Alembic remembers what has run, where `env.py` gives it another name.
    """

    scripts: str | Path
    version_table: str = VERSION_TABLE

    @property
    def path(self) -> Path:
        """The folder or the file; raises `ModuleNotFoundError` where there is no such package."""
        package, colon, below = str(self.scripts).partition(":")
        return _folder_of(package) / below if colon else Path(self.scripts)


def check_scripts(capability: str, migrations: AlembicMigrations) -> Iterator[Violation]:
    """What shows without Alembic and without a database."""
    reason = _problem(migrations)
    if reason:
        yield _NO_SCRIPTS.broken(f"migrations of {capability}", scripts=f"{str(migrations.scripts)!r}", reason=reason)


def _problem(migrations: AlembicMigrations) -> str:
    try:
        path = migrations.path
    except (ImportError, ValueError) as error:
        return f"is in no package: {error}"
    if not path.is_absolute():
        return "would depend on the folder in which the application is started"
    if not path.exists():
        return f"is not there: {path}"
    return f"has no env.py: {path}" if path.is_dir() and not (path / "env.py").exists() else ""


def _folder_of(package: str) -> Path:
    spec = find_spec(package)
    places = [*(spec.submodule_search_locations or ()), spec.origin and str(Path(spec.origin).parent)] if spec else []
    if not places or not places[0]:
        raise ModuleNotFoundError(f"No module named {package!r}")
    return Path(places[0])
