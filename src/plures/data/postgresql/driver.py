"""What we use of asyncpg, with types: it has none of its own."""

from collections import OrderedDict
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from decimal import Decimal
from importlib import import_module
from typing import Any, Final, Protocol

asyncpg: Final[Any] = import_module("asyncpg")

_STATEMENTS: Final = 256
"""So many are kept prepared on each connection."""

_CHECK_MS: Final = "1000"
"""How often the server looks, while a statement runs, whether we are still there."""


class Attribute(Protocol):
    """A column of what a statement brings."""

    @property
    def name(self) -> str: ...


class Cursor(Protocol):
    """Rows that the server keeps until they are fetched."""

    async def fetch(self, n: int) -> list[Any]: ...


class Prepared(Protocol):
    """A statement that the server has read."""

    async def fetch(self, *values: object) -> list[Any]: ...
    async def executemany(self, values: Iterable[Sequence[object]]) -> None: ...
    async def cursor(self, *values: object) -> Cursor: ...
    def get_attributes(self) -> Sequence[Attribute]: ...
    def get_statusmsg(self) -> str: ...


class DriverConnection(Protocol):
    """A connection of asyncpg."""

    async def execute(self, query: str, *values: object) -> str: ...
    async def fetchval(self, query: str, *values: object) -> Any: ...
    async def prepare(self, query: str) -> Prepared: ...
    async def copy_to_table(
        self,
        table_name: str,
        *,
        source: AsyncIterable[bytes],
        columns: Sequence[str],
        format: str,  # noqa: A002  asyncpg's name
    ) -> str: ...
    async def set_type_codec(
        self,
        typename: str,
        *,
        schema: str,
        encoder: object,
        decoder: object,
        format: str,  # noqa: A002  asyncpg's name
    ) -> None: ...
    def get_server_pid(self) -> int: ...
    async def add_listener(self, channel: str, callback: Callable[..., None]) -> None: ...
    def add_termination_listener(self, callback: Callable[..., None]) -> None: ...
    async def close(self, *, timeout: float) -> None: ...  # noqa: ASYNC109  asyncpg's name
    def is_closed(self) -> bool: ...
    def terminate(self) -> None: ...


class Held:
    """A connection, and the statements that are prepared on it."""

    __slots__ = ("_prepared", "connection", "is_fresh")

    def __init__(self, connection: DriverConnection) -> None:
        self.connection = connection
        self.is_fresh = True
        """It has run nothing yet, so the server was there a moment ago."""
        self._prepared: OrderedDict[str, tuple[Prepared, tuple[str, ...]]] = OrderedDict()

    async def prepared(self, sql: str) -> tuple[Prepared, tuple[str, ...]]:
        """The statement, and the names of its columns."""
        kept = self._prepared.get(sql)
        if kept is not None:
            self._prepared.move_to_end(sql)
            return kept
        statement = await self.connection.prepare(sql)
        kept = statement, tuple(attribute.name for attribute in statement.get_attributes())
        self._prepared[sql] = kept
        if len(self._prepared) > _STATEMENTS:
            self._prepared.popitem(last=False)
        return kept

    def forget(self) -> None:
        """Prepare all statements anew: the schema has changed."""
        self._prepared.clear()


async def connect(url: str, schema: str, patience_s: float) -> Held:
    """Open a connection on which names without a schema mean those of this schema. Raises what asyncpg raises."""
    quoted = '"' + schema.replace('"', '""') + '"'
    settings = {"search_path": quoted, "application_name": "plures", "client_connection_check_interval": _CHECK_MS}
    connection: DriverConnection = await asyncpg.connect(url, timeout=patience_s, server_settings=settings)
    try:
        # Sums of integers are numeric. They are whole numbers in SQLite, and should be the same here.
        await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=_number, format="text")
    except BaseException:
        connection.terminate()
        raise
    return Held(connection)


def _number(text: str) -> int | Decimal:
    return int(text) if text.lstrip("-").isdecimal() else Decimal(text)
