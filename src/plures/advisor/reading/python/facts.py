"""What one Python file says about itself. Holds values only, which are cached by the content of the file."""

from dataclasses import dataclass
from enum import StrEnum


class Access(StrEnum):
    """What a statement does to a table."""

    READ = "read"
    WRITE = "write"
    DEFINE = "define"


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module or name.

    Attributes:
        module: Dotted name as written; empty in `from . import x`.
        level: Leading dots.
        name: The name that is taken from the module; empty in `import module`.
        lazy: Inside a function, so that it does not run at import.
        typing_only: Under `if TYPE_CHECKING`, so that it never runs.
        alias: The name after `as`; empty without one.
    """

    module: str
    level: int
    name: str
    line: int
    lazy: bool = False
    typing_only: bool = False
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A use of an imported name: something that a contract would have to offer.

    Attributes:
        index: Position of the import among those of the file.
        attribute: The first attribute taken from it; empty when the name itself is called or used.
        called: The code calls it.
        assigned: The code assigns to it, which works within one process only.
    """

    index: int
    attribute: str
    called: bool
    assigned: bool
    line: int


@dataclass(frozen=True, slots=True)
class TableUse:
    """A use of a database table, or of a class that may stand for one.

    Attributes:
        name: Table as in SQL, or the name of the class.
        model: `name` is a class, possibly of another file, that has yet to be resolved to its table.
    """

    name: str
    access: Access
    model: bool
    line: int


@dataclass(frozen=True, slots=True)
class ModelClass:
    """A class, or a table object, that may stand for a database table.

    Attributes:
        table: Table name where it is written down; empty where the framework derives it.
        framework: "django" or "sqlalchemy"; empty where it depends on the bases.
        bases: Names of its base classes as written; a class may inherit being a model.
        abstract: It has no table of its own.
    """

    name: str
    table: str
    framework: str
    line: int
    bases: tuple[str, ...] = ()
    abstract: bool = False


@dataclass(frozen=True, slots=True)
class ContractClass:
    """A contract of Plures.

    Attributes:
        events: Names of the classes that it declares as its events, as written.
    """

    name: str
    events: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Handler:
    """What handles an event.

    Attributes:
        event: Name of its class, as written.
        contract: The contract of the capability that has it, as written, where its code is elsewhere; else empty.
    """

    name: str
    event: str
    line: int
    contract: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What a step of a saga asks of an attribute, which may be the client of a capability.

    Attributes:
        client: Name of the attribute.
        undo: It takes back what another step did.
    """

    client: str
    operation: str
    undo: bool
    line: int


@dataclass(frozen=True, slots=True)
class SagaMethod:
    """A method with `@saga`."""

    name: str
    steps: tuple[Step, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Client:
    """An attribute that may be the client of a capability, with the name of its class as written."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class SharedTables:
    """`Capability(Invites, …, shared_tables=["invites", Mail])`.

    Attributes:
        what: The contract or the class, as written.
        names: Of the tables that are written as texts.
        models: The others, as written.
    """

    what: str
    names: tuple[str, ...]
    models: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Messaging:
    """What a file has of Plures: who tells whom of what, what sagas do, what it can do without, and which tables it shares.

    Attributes:
        optional: Names of the contracts in `Optionally[…]`, as written.
    """

    contracts: tuple[ContractClass, ...] = ()
    handlers: tuple[Handler, ...] = ()
    sagas: tuple[SagaMethod, ...] = ()
    clients: tuple[Client, ...] = ()
    optional: tuple[str, ...] = ()
    shared: tuple[SharedTables, ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """Everything read from one file.

    Attributes:
        lines: Lines that are neither blank nor comment.
        problem: Why the file could not be parsed fully; empty when it could.
        python_2: Only Python 2 can parse it.
        transactions: For each transaction, the line where it begins and the positions of the imports used inside it.
        mutable_globals: Module-level names that hold a mutable container or that functions rebind.
        messaging: Contracts, events and sagas; None in most files.
    """

    lines: int
    problem: str = ""
    imports: tuple[Import, ...] = ()
    uses: tuple[Use, ...] = ()
    tables: tuple[TableUse, ...] = ()
    models: tuple[ModelClass, ...] = ()
    transactions: tuple[tuple[int, tuple[int, ...]], ...] = ()
    mutable_globals: tuple[str, ...] = ()
    python_2: bool = False
    messaging: Messaging | None = None
