"""`Application` and `Capability`: the explicit list of what an application is made of. Plain values; nothing is checked here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, TypeVar

from typing_extensions import TypeForm

from plures.contract import CriticalityName, Event
from plures.data import AlembicMigrations, Migrations

T = TypeVar("T")
EDGE_DEADLINE_S: Final = 5.0
"""Source: docs/adr/0006-call-path.md."""


class Capability:
    """One business ability: a contract, what implements it, and the migrations of its own database.

    Args:
        contract: A class with `@contract`.
        implementation: A callable that returns the service, most simply its class; or a function with
            `@asynccontextmanager` that opens what the service needs, yields the service, and closes it again. Its annotated
            parameters are its dependencies: contracts, `Database`, SQLAlchemy's `Engine` or `sessionmaker[Session]`, `Events`, `Lifecycle`, and frozen dataclasses of these. None:
            the capability runs elsewhere, in an external process or a command.
        migrations: The versions of its database, oldest first; or where Alembic's scripts are.
        subscriptions: Handler → the event that it gets, for a capability that runs elsewhere. A service here has `@subscribe()`.
        shared_tables: Its tables in the application's own database, which it uses through the application's own engine or ORM: their names,
            tables of SQLAlchemy or mapped classes. It stays in the process of the edge until its tables are its own.
    """

    def __init__(
        self,
        contract: TypeForm[T],
        implementation: Callable[..., T] | Callable[..., AbstractAsyncContextManager[T]] | None = None,
        *,
        migrations: Migrations = (),
        subscriptions: Mapping[str, type[Event]] | None = None,
        shared_tables: Iterable[object] = (),
    ) -> None:
        self.contract: Any = contract
        self.implementation: Callable[..., Any] | None = implementation
        self.migrations: Migrations = migrations if isinstance(migrations, AlembicMigrations) else tuple(migrations)
        self.subscriptions: Mapping[str, type[Event]] = {} if subscriptions is None else subscriptions
        self.shared_tables: Iterable[object] = shared_tables


class Application:
    """The capabilities of an application, and its edge.

    Args:
        name: A lower-case word.
        capabilities: All of them, in any order.
        edge: An ASGI or a WSGI application; or a callable that returns one, whose annotated parameters are contracts, a `Lifecycle`, and
            frozen dataclasses of these; or the place of either, `"shop.web:app"`, which only the process that hosts the edge imports.
        edge_deadline_s: Most time, in seconds, that the calls of one request to the edge may take together. `[edge]` of plures.toml
            may say otherwise.
        edge_criticality: Path → how much requests to it and below it matter when there are too many: `{"/checkout": "critical",
            "/suggestions": "sheddable"}`. The longest path that fits counts; all others are normal.
        context: A message class that says on whose behalf a request is made: the edge sets one, and each service can read it.
        clients: Contracts that code of the edge asks for by `plures.client`, beside those that its parameters name.
    """

    def __init__(
        self,
        name: str,
        capabilities: Sequence[Capability],
        *,
        edge: Callable[..., Any] | str | None = None,
        edge_deadline_s: float = EDGE_DEADLINE_S,
        edge_criticality: Mapping[str, CriticalityName] | None = None,
        context: type[Any] | None = None,
        clients: Sequence[TypeForm[Any]] = (),
    ) -> None:
        self.name = name
        self.capabilities = tuple(capabilities)
        self.edge = edge
        self.edge_deadline_s = edge_deadline_s
        self.edge_criticality: Mapping[str, CriticalityName] = dict(edge_criticality or {})
        self.context = context
        self.clients: tuple[Any, ...] = tuple(clients)
