"""What one Python file says about itself, before anything is known of the other files. Pure data; cached by content."""

from dataclasses import dataclass, field
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
        name: The name taken from the module; empty in `import module`.
        line: Where.
        lazy: Inside a function, so that it does not run at import.
        typing_only: Under `if TYPE_CHECKING`, so that it never runs.
        alias: The name given by `as`; empty without.
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
    """An attribute or call of an imported name: what a contract would have to offer.

    Attributes:
        index: Which import of the file, by position.
        attribute: The first attribute taken from it; empty when the name itself is called or used.
        called: It is called there.
        assigned: It is assigned there, which only works within one process.
        line: Where.
    """

    index: int
    attribute: str
    called: bool
    assigned: bool
    line: int


@dataclass(frozen=True, slots=True)
class TableUse:
    """A database table (or model class, until models are resolved) that the file touches.

    Attributes:
        name: Table as in SQL, or the model class's name.
        access: Read, write or define.
        model: `name` is a class that other files may import; resolve it before use.
        line: Where.
    """

    name: str
    access: Access
    model: bool
    line: int


@dataclass(frozen=True, slots=True)
class Model:
    """A class (or table object) that may stand for a table.

    Attributes:
        name: Class name.
        table: Table name when it is written down; empty when the framework derives it.
        framework: "django", "sqlalchemy", or empty: then it depends on the bases.
        line: Where.
        bases: Names of its base classes as written; a model may inherit being one.
        abstract: It has no table of its own.
    """

    name: str
    table: str
    framework: str
    line: int
    bases: tuple[str, ...] = ()
    abstract: bool = False


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """Everything read from one file.

    Attributes:
        lines: Lines that are neither blank nor comment.
        problem: Why the file could not be parsed fully; empty when it could.
        transactions: Line → positions of the imports used inside the transaction that begins there.
        mutable_globals: Module-level names bound to a mutable container or rebound by functions.
    """

    lines: int
    problem: str = ""
    imports: tuple[Import, ...] = ()
    uses: tuple[Use, ...] = ()
    tables: tuple[TableUse, ...] = ()
    models: tuple[Model, ...] = ()
    transactions: tuple[tuple[int, tuple[int, ...]], ...] = ()
    mutable_globals: tuple[str, ...] = field(default=())
    defines: tuple[str, ...] = ()
