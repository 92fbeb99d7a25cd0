"""The rules that a contract must keep, as data: the readers apply them, and the reference of errors prints them."""

from plures.errors import Rule

# The contract and its operations.
NAME = Rule(
    "contract.name",
    "{name!r} is not a contract name",
    "Name it like 'shop.search.v1': dotted lower-case words, the major version last.",
)
OWNER = Rule("contract.owner", "it has no owner", "Pass owner='team' to @contract.")
EMPTY = Rule("contract.empty", "it has no operations", "Declare at least one method with @query or @command.")
UNDECLARED_OPERATION = Rule(
    "contract.undeclared_operation",
    "the method is neither a query nor a command",
    "Put @query(...) or @command(...) on it, or move it out of the contract.",
)
OPERATION_NAME = Rule(
    "contract.operation_name", "peers cannot spell the name", "Use lower-case words joined by single underscores."
)
DEADLINE = Rule(
    "contract.deadline", "the deadline is not a length of time", "Pass deadline_s=… in seconds, more than 0."
)
NOT_ASYNC = Rule("contract.not_async", "is not a coroutine", "Declare it with `async def`.")
STREAM = Rule(
    "contract.stream",
    "`async def` would return an iterator that must be awaited first",
    "Declare it with plain `def`; implement it with `async def` and `yield`.",
)
PARAMETER = Rule("contract.parameter", "an open list of parameters has no wire form", "Name each parameter.")

# Declared errors.
ERROR_NAME = Rule(
    "contract.error_name",
    "two of its errors are called {name!r}, and peers tell them apart by name",
    "Give each error class its own name.",
)
ERROR_FIELD = Rule(
    "contract.field_name", "every error already has this attribute", "Choose another name for the field."
)

# Messages and their fields.
MESSAGE_OPTIONS = Rule(
    "contract.message_options",
    "it changes how messages are written{fields}",
    "Leave out name=, rename=, tag=, array_like=, omit_defaults= and frozen=; the wire has one spelling.",
)
CONSTRUCTOR = Rule(
    "contract.message_options",
    "its constructor does not take exactly its fields",
    "Leave out init=False and InitVar; what can be computed can be a property.",
)
FIELD_NAME = Rule(
    "contract.field_name",
    "JSON peers cannot spell the name {name!r}",
    "Use lower-case ASCII words joined by single underscores, none starting with a digit.",
)
DEFAULT = Rule(
    "contract.default", "the default {default!r} cannot cross: {problem}", "Use a default of the declared type."
)
DEFAULT_FOR_NONE = Rule(
    "contract.default",
    "the default {default!r} would replace a None, which is sent as nothing",
    "Use None as the default, or a type without None.",
)
DEFAULT_FOR_EMPTY = Rule(
    "contract.default",
    "the default {default!r} would replace an empty tuple, which peers send as nothing",
    "Use () as the default.",
)

# Bounds.
BOUND_OF_OTHERS = Rule(
    "contract.bounds", "{bounds} cannot bound values of type {type}", "{instead}, or check the value in the service."
)
BOUND_TWICE = Rule("contract.bounds", "it is bounded twice by {names}", "Give each bound once, in one Meta(...).")
BOUND_OF_INT = Rule(
    "contract.bounds", "{bounds} cannot bound an int", "Bound an int by whole numbers that fit into 64 bits."
)
BOUND_LEAVES_NOTHING = Rule("contract.bounds", "{bounds} leaves no value", "Give bounds that some value keeps.")
BOUND_NAIVE = Rule(
    "contract.bounds", "tz=False asks for datetimes without offset", "Leave it out; a datetime crosses with its offset."
)

# Types.
UNRESOLVED = Rule(
    "contract.undeclared_type",
    "annotation cannot be resolved: {error}",
    "Import the name at run time; a name under `if TYPE_CHECKING:` is not enough.",
)
WRONG_ANNOTATION = Rule(
    "contract.undeclared_type", "an annotation raises {error}", "Correct the annotation; it is code that runs."
)
NO_MEMBERS = Rule("contract.undeclared_type", "{type} has no members", "Declare at least one member.")
NO_TYPE = Rule("contract.undeclared_type", "has no type", "Annotate it.")
NO_RETURN_TYPE = Rule(
    "contract.undeclared_type", "has no return type", "Annotate it; -> None where nothing is returned."
)
OPEN_TYPE = Rule("contract.undeclared_type", "{type} is open", "Name the concrete type.")
ENDLESS_TYPE = Rule(
    "contract.undeclared_type",
    "{type} nests itself in ever new types",
    "Let it nest itself in the type that it is, or name a concrete type.",
)
VAGUE_TYPE = Rule("contract.undeclared_type", "{type} cannot cross", "Use {instead}.")
FOREIGN_TYPE = Rule(
    "contract.undeclared_type",
    "{type} is not a type that can cross",
    "Use a Message, a frozen dataclass, an Enum, or str, bool, int, float, bytes, Decimal, UUID, date, datetime, timedelta.",
)
MUTABLE_TYPE = Rule("contract.mutable_type", "{type} cannot cross", "Use {instead}.")
MUTABLE_DATACLASS = Rule(
    "contract.mutable_type",
    "{type} can be changed after it was sent",
    "Declare it with @dataclass(frozen=True), or as a Message.",
)
FIXED_TUPLE = Rule(
    "contract.fixed_tuple", "{type} has no JSON form with names", "Use tuple[T, ...] or a Message with named fields."
)
NONE_IN_TUPLE = Rule(
    "contract.none_in_tuple", "a list on the wire cannot hold null", "Leave the item out, or wrap it in a Message."
)
UNION = Rule(
    "contract.union", "a union of {names} cannot be told apart on the wire", "Make each member a Message of its own."
)
UNION_CLASSES = Rule(
    "contract.union",
    "values of {names} are of one class, so a union of them cannot be told apart",
    "Make each member a Message of its own.",
)
UNION_NAMES = Rule(
    "contract.union", "two members of the union have the same name", "Give each message class its own name."
)
