"""What a capability runs its statements on: plain SQL, or SQLAlchemy's expressions, in one transaction."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, overload

from plures.telemetry import Spent

from .result import Result, Row, named
from .store import Parameters, Transaction

if TYPE_CHECKING:
    from sqlalchemy import CursorResult, Executable
    from sqlalchemy.ext.asyncio import AsyncConnection

_NONE: Final[Parameters] = {}
_AT_ONCE: Final = 256


class Connection:
    """One open transaction of a `Database`.

    Attributes:
        is_held: Whether its block has ended, and its commit waits for the answer of a command.
        after_commit: Called once it has committed. They must not wait or fail.
    """

    __slots__ = ("_spent", "_transaction", "after_commit", "is_held")

    def __init__(self, transaction: Transaction, spent: Spent | None = None) -> None:
        """Take over an open transaction.

        Args:
            spent: Where the time in its statements is counted.
        """
        self._transaction = transaction
        self._spent = spent or Spent()
        self.is_held = False
        self.after_commit: tuple[Callable[[], None], ...] = ()

    @overload
    async def execute(self, statement: str, parameters: Parameters | Sequence[Parameters] = ...) -> Result: ...
    @overload
    async def execute(
        self, statement: "Executable", parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] = ...
    ) -> "CursorResult[Any]": ...
    async def execute(self, statement: Any, parameters: Any = _NONE) -> Any:
        """Run one statement and bring all its rows.

        Plain SQL is the fast way; an expression of SQLAlchemy passes through SQLAlchemy, which takes several times as long.

        Args:
            statement: SQL with `:names` for values, the same for each store. A list or a tuple as value is for `IN :names`.
            parameters: The values by name: str, int, float, bool, bytes or None. With a sequence of these the statement runs once for each,
                and no rows come.

        Raises:
            StatementFailed: Or a kind of it, like `UniqueViolated`.
        """
        began = monotonic()
        try:
            if not isinstance(statement, str):
                return await (await self.sqlalchemy()).execute(statement, parameters or None)
            # Most are a dict, and to ask an abstract class takes longer.
            values: Any = parameters
            if type(parameters) is dict or isinstance(parameters, Mapping):
                return Result(await self._transaction.execute(statement, values))
            return Result(await self._transaction.execute_many(statement, values))
        finally:
            self._spent.database_s += monotonic() - began

    async def execute_last(self, statement: str, parameters: Parameters) -> Result:
        """Run the last statement of a transaction, for the platform itself: when it fails, so does the transaction."""
        began = monotonic()
        try:
            return Result(await self._transaction.execute(statement, parameters, is_last=True))
        finally:
            self._spent.database_s += monotonic() - began

    async def scalar(self, statement: "str | Executable", parameters: Parameters = _NONE) -> Any:
        """The first value of the first row, or None when there is no row. Else as `execute`."""
        return (await self.execute(statement, parameters)).scalar()

    async def stream(
        self, statement: str, parameters: Parameters = _NONE, *, at_once: int = _AT_ONCE
    ) -> AsyncGenerator[Row]:
        """The rows of a statement that has too many of them for memory; `at_once` are held."""
        began = monotonic()
        async for part in self._transaction.stream(statement, parameters, at_once):
            self._spent.database_s += monotonic() - began
            for row in named(part):
                yield row
            began = monotonic()

    async def sqlalchemy(self) -> "AsyncConnection":
        """SQLAlchemy on the same transaction, which `Database` ends: do not commit or close it."""
        return await self._transaction.sqlalchemy()
