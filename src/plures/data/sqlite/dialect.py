"""Tells SQLAlchemy how to use a `DriverConnection`. Only documented or exported parts of SQLAlchemy are used.

Source: https://docs.sqlalchemy.org/en/latest/core/internals.html and SQLAlchemy's README.dialects.rst
"""

from typing import Any

from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_connection
from sqlalchemy.dialects.sqlite.base import SQLiteExecutionContext
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite


class AdaptedConnection(AsyncAdapt_dbapi_connection):
    """Looks synchronous to SQLAlchemy, which runs it in a greenlet."""

    def create_function(self, *args: Any, **options: Any) -> None:
        """SQLAlchemy adds SQL functions to each new connection."""
        self.driver_connection.create_function(*args, **options)

    def close(self) -> None:
        """Leave the connection open: it is lent to SQLAlchemy for one transaction."""


class _Context(SQLiteExecutionContext):
    def create_server_side_cursor(self) -> Any:
        """For `AsyncConnection.stream`."""
        return self.root_connection.connection.cursor(server_side=True)


class Dialect(SQLiteDialect_pysqlite):
    """The dialect of the `sqlite3` module, for asynchronous connections to it."""

    driver = "plures"
    is_async = True
    supports_statement_cache = True
    supports_server_side_cursors = True
    execution_ctx_cls = _Context

    def get_driver_connection(self, connection: Any) -> Any:
        return connection.driver_connection
