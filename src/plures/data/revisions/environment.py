"""Runs a user's env.py, with the connection that it should use.

Source: https://alembic.sqlalchemy.org/en/latest/cookbook.html, on sharing a connection with programmatic commands
"""

import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from plures.data.errors import TransactionEnded
from plures.data.statement_errors import StatementFailed

from .errors import EnvironmentUnfit, said
from .scripts import Scripts

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import Script
    from sqlalchemy import Connection

_NAMED: Final = 'it names its table {found!r}; write AlembicMigrations(…, version_table="{found}")'


class Environment:
    """The env.py of some scripts, for one connection."""

    def __init__(self, scripts: Scripts, connection: "Connection") -> None:
        self._scripts = scripts
        self._connection = connection
        self._file = Path(scripts.directory.dir) / "env.py"
        self._has_run = False

    def look(self) -> None:
        """Run it without a revision: it says whether it uses the connection. Changes nothing in any database.

        Raises:
            EnvironmentUnfit: It does not.
        """
        try:
            self._run(list, dont_mutate=True)
        except TransactionEnded as error:
            raise self._unfit("it ends the transaction of the connection") from error

    def upgrade(self, script: "Script") -> None:
        """Run one revision, whose ancestors have run. Raises what the revision raises."""
        from alembic.runtime.migration import MigrationStep

        self._run(lambda: [MigrationStep.upgrade_from_script(self._scripts.directory.revision_map, script)])

    def _run(self, steps: Callable[[], Iterable[Any]], **options: Any) -> None:
        from alembic.runtime.environment import EnvironmentContext

        def work(_: object, context: "MigrationContext") -> Iterable[Any]:
            self._check(context)
            self._has_run = True
            return steps()

        self._has_run = False
        config = self._scripts.config
        config.attributes["connection"] = self._connection
        try:
            with EnvironmentContext(config, self._scripts.directory, fn=work, destination_rev="heads", **options):
                self._scripts.directory.run_env()
        except (StatementFailed, EnvironmentUnfit):
            raise
        except Exception as error:
            if self._has_run:
                raise
            raise self._unfit(said(error) + located(error, self._file)) from error
        finally:
            del config.attributes["connection"]
        if not self._has_run:
            raise self._unfit("it ran no migrations")
        if self._connection.closed:
            raise self._unfit("it closed the connection")

    def _check(self, context: "MigrationContext") -> None:
        if context.connection is not self._connection:
            raise self._unfit("it uses a connection of its own")
        if context.version_table_schema is not None:
            raise self._unfit("it names a version_table_schema; leave it out, the capability has a schema of its own")
        if context.version_table != self._scripts.migrations.version_table:
            raise self._unfit(_NAMED.format(found=context.version_table))

    def _unfit(self, reason: str) -> EnvironmentUnfit:
        return EnvironmentUnfit(self._scripts.capability, str(self._file), reason)


def located(error: BaseException, below: Path) -> str:
    """The last place in these files that led to the error, in words; empty where there is none."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(below)
    ]
    return f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
