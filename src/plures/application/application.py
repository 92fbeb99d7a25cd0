"""`Application` and `Capability`: the explicit list of what an application is made of. Plain values; nothing is checked here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from plures.contract import DEFAULT_DEADLINE_S, CriticalityName, Derivation, Event, derive_contract
from plures.data import AlembicMigrations, Migrations

# It is younger than many a lock of an application, and only type checkers need it.
if TYPE_CHECKING:
    from typing_extensions import TypeForm

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
        older: Earlier versions of the contract that it serves too, each with what implements it: `Capability(SearchV1, SearchV1OnV2)`.
            These share the process and the database. Most simply they ask for the new version in their constructors, and these calls
            stay in the process.
    """

    def __init__(
        self,
        contract: "TypeForm[T]",
        implementation: Callable[..., T] | Callable[..., AbstractAsyncContextManager[T]] | None = None,
        *,
        migrations: Migrations = (),
        subscriptions: Mapping[str, type[Event]] | None = None,
        shared_tables: Iterable[object] = (),
        older: "Sequence[Capability]" = (),
    ) -> None:
        self.contract: Any = contract
        self.implementation: Callable[..., Any] | None = implementation
        self.migrations: Migrations = migrations if isinstance(migrations, AlembicMigrations) else tuple(migrations)
        self.subscriptions: Mapping[str, type[Event]] = {} if subscriptions is None else subscriptions
        self.shared_tables: Iterable[object] = shared_tables
        self.older: Sequence[Capability] = older

    @classmethod
    def wrap(
        cls,
        service: type[Any],
        *,
        name: str,
        owner: str,
        factory: Callable[..., Any] | None = None,
        queries: Iterable[str] = (),
        idempotent: Iterable[str] = (),
        operations: Iterable[str] | None = None,
        errors: Iterable[type[Exception]] = (),
        deadline_s: float = DEFAULT_DEADLINE_S,
        migrations: Migrations = (),
        shared_tables: Iterable[object] = (),
        older: "Sequence[Capability]" = (),
    ) -> "Capability":
        """Make a capability of an existing class: its public methods are the contract, and it is the implementation.

        Constructors, `clients=` and `plures.client` then take the class itself.

        Args:
            service: Its public methods have annotations. Those written `def` block, as in a contract.
            name: Of the contract: `tickets.invites.v1`.
            owner: The team that answers for it.
            factory: What makes the service, where its constructor asks for more than Plures provides.
            queries: The methods that change nothing. All others are commands, and not idempotent.
            idempotent: The commands that may run twice.
            operations: The methods that others may call; left out, all that are public.
            errors: The exceptions that callers may rely on; they arrive as the same class with the same attributes.
            deadline_s: Seconds that a call may take.
            migrations: As for any capability.
            shared_tables: As for any capability.
            older: As for any capability.
        """
        chosen = None if operations is None else frozenset(operations)
        derivation = Derivation(frozenset(queries), frozenset(idempotent), tuple(errors), deadline_s, chosen)
        derive_contract(service, name, owner, derivation)
        return cls(service, factory or service, migrations=migrations, shared_tables=shared_tables, older=older)


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
        clients: "Sequence[TypeForm[Any]]" = (),
    ) -> None:
        self.name = name
        self.capabilities = tuple(capabilities)
        self.edge = edge
        self.edge_deadline_s = edge_deadline_s
        self.edge_criticality: Mapping[str, CriticalityName] = dict(edge_criticality or {})
        self.context = context
        self.clients: tuple[Any, ...] = tuple(clients)
