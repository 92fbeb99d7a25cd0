"""The rules that a contract must keep, as data: the readers apply them, and the reference of errors prints them."""

from plures.errors import Rule

# The contract and its operations.
NAME = Rule(
    "contract.name",
    "{name!r} is not a contract name",
    "Name it like 'shop.search.v1': dotted lower-case words, the major version last.",
)
OWNER = Rule("contract.owner", "it has no owner", "Pass owner='team' to @contract.")
STABILITY = Rule(
    "contract.stability",
    "{stability!r} says not what callers may build on it",
    'Pass stability="experimental", "stable" or "deprecated".',
)
SUNSET = Rule(
    "contract.sunset",
    "{problem}",
    "Pass deprecated=date(2027, 1, 31), from when on it is deprecated, with sunset=date(2027, 6, 30), the last day on which it is served.",
)
EMPTY = Rule("contract.empty", "it has no operations", "Declare at least one method with @query or @command.")
UNDECLARED_OPERATION = Rule(
    "contract.undeclared_operation",
    "the method is neither a query nor a command",
    "Put @query(...) or @command(...) on it, or move it out of the contract.",
)
OPERATION_NAME = Rule(
    "contract.operation_name", "peers cannot spell the name", "Use lower-case words joined by single underscores."
)
NO_SUCH_METHOD = Rule(
    "contract.no_such_method", "it has no public method {name!r}", "Name methods of the class in Capability.wrap(...)."
)
DEADLINE = Rule(
    "contract.deadline", "the deadline is not a length of time", "Pass deadline_s=… in seconds, more than 0."
)
CRITICALITY = Rule(
    "contract.criticality",
    "{criticality!r} is no criticality",
    'Pass criticality="critical", "normal" or "sheddable".',
)
HEDGE = Rule(
    "contract.hedge",
    "hedge_after_s={hedge_after_s!r}: {problem}",
    "Pass the seconds after which a second replica is asked, less than deadline_s, or leave it out.",
)
MESSAGE_LIMIT = Rule("contract.message_limit", "{name}={value!r}: {problem}", "Pass 1 to 16_777_216 bytes; page or stream more.")  # fmt: skip
NOT_ASYNC = Rule(
    "contract.not_async",
    "what is to be awaited cannot be an answer",
    "Declare the operation with `async def`, and the value alone as its answer; or with plain `def` where callers do not await it.",
)
BLOCKING_STREAM = Rule(
    "contract.blocking_stream",
    "a stream has no blocking form",
    "Answer AsyncIterator[T], and implement it with `async def` and `yield`; or answer tuple[T, ...] where callers do not await it.",
)
STREAM = Rule(
    "contract.stream",
    "`async def` would return an iterator that must be awaited first",
    "Declare it with plain `def`; implement it with `async def` and `yield`.",
)
PARAMETER = Rule("contract.parameter", "an open list of parameters has no wire form", "Name each parameter.")
KEY = Rule(
    "contract.key",
    "{key!r} cannot be the key of this command: {problem}",
    "Name a parameter of type str or str | None of an idempotent command that does not stream.",
)

# Declared errors.
ERROR_NAME = Rule(
    "contract.error_name",
    "two of its errors are called {name!r}, and peers tell them apart by name",
    "Give each error class its own name.",
)
ERROR_CLASS = Rule(
    "contract.error_class",
    "{error} among its errors is no declared error, so callers could not receive it",
    "Name an exception class of the application, or write one that inherits ContractError, and raise it in place of others: raise "
    "NotFound(key=key) from error.",
)
ERROR_FIELD = Rule(
    "contract.field_name", "every error already has this attribute", "Choose another name for the field."
)

# Events.
EVENT_CLASS = Rule(
    "contract.event_class",
    "{event} among its events is no event, so its capability could not publish it",
    'Write a class that inherits Event: class OrderPlaced(Event, key="order_id").',
)
EVENT_NAME = Rule(
    "contract.event_name",
    "two of its events are called {name!r}, and subscribers tell them apart by name",
    "Give each event class its own name.",
)
EVENT_KEY = Rule(
    "contract.event_key",
    "{key!r} cannot be the key of this event: {problem}",
    "Name a field of type str or str | None; the same value means: in this order.",
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
    "the default {default!r} would replace {empty}, which peers send as nothing",
    "Use {empty} as the default.",
)

# Bounds.
BOUND_OF_OTHERS = Rule(
    "contract.bounds", "{bounds} cannot bound values of type {type}", "{instead}, or check the value in the service."
)
BOUND_TWICE = Rule("contract.bounds", "it is bounded twice by {names}", "Give each bound once, in one Meta(...).")
BOUND_OF_INT = Rule(
    "contract.bounds", "{bounds} cannot bound an int", "Bound an int by whole numbers that fit into 64 bits."
)
BOUND_FOREIGN = Rule(
    "contract.bounds",
    "{bounds} is of another library, and Plures does not hold it",
    "Use Meta(...) of Plures, as in Annotated[int, Meta(ge=0)]; both may stand side by side.",
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
    "Use a Message, a dataclass, a pydantic model, an Enum, list[T], dict[str, T], or str, bool, int, float, bytes, Decimal, UUID, date, "
    "time, datetime, timedelta.",
)
CONTRACT_AS_TYPE = Rule(
    "contract.undeclared_type",
    "{type} is a contract, and services do not cross",
    "Ask for it in the constructor of the service that calls it.",
)
ERROR_AS_TYPE = Rule(
    "contract.undeclared_type",
    "{type} is a declared error, which is raised and not answered",
    "Name it in @query(errors=[{name}]) or @command(errors=[{name}]), and raise it.",
)
EXCEPTION_AS_TYPE = Rule(
    "contract.undeclared_type",
    "{type} is an exception",
    "Inherit ContractError, name the class in @query(errors=[...]) or @command(errors=[...]), and raise it.",
)
MAPPED_CLASS = Rule(
    "contract.undeclared_type",
    "{type} is mapped to a table, and its values belong to a session of the database",
    "Let it stay inside of the service, and return a message instead: a Message, a dataclass or a pydantic model with the fields that "
    "callers need.",
)
OLD_MODEL = Rule(
    "contract.undeclared_type",
    "{type} is a model of pydantic 1, which cannot cross",
    "Inherit BaseModel of pydantic 2, or declare its fields in a Message or a frozen dataclass.",
)
MODEL = Rule(
    "contract.model",
    "this pydantic model {problem}",
    "Take that out of the model, or write another one with the fields that callers need: class {type}Answer(BaseModel).",
)
MAP_KEY = Rule(
    "contract.map_key",
    "{type} has keys of {key}, and the keys of a JSON object are text",
    "Use dict[str, T], or list[Entry] with a message Entry(key, value).",
)
SECRET = Rule(
    "contract.undeclared_type",
    "{type} is a secret of pydantic, and what it hides would be written out on its way",
    "Leave it out of the message, and give the secret to the capability that needs it as one of its Settings; or declare it as str, and know that it travels.",
)
NAIVE_TYPE = Rule(
    "contract.undeclared_type",
    "{type} is a datetime without a time zone, which callee and caller may read as two times",
    "Use AwareDatetime of pydantic, or datetime.",
)
PYDANTIC_TYPE = Rule(
    "contract.undeclared_type",
    "{type} is a type of pydantic's own, whose values have no form on the wire",
    "Use the standard type that it is made of, such as str of an address, and check it by a field_validator of the model.",
)
QUERYSET = Rule(
    "contract.undeclared_type",
    "{type} is a query of Django, whose rows belong to the database",
    "Answer list[T] of a Message, a dataclass or a pydantic model, made of the rows: [Ticket.of(row) for row in rows].",
)
GENERATOR = Rule(
    "contract.undeclared_type",
    "{type} is used up where it is made",
    "Use list[T] or tuple[T, ...]; or answer AsyncIterator[T] from `async def` with `yield`, which streams.",
)
FILE = Rule(
    "contract.undeclared_type",
    "{type} is an open file of this process",
    "Use bytes for what is in it, or str for where it lies, if both ends see the same disk.",
)
ATTRS_CLASS = Rule(
    "contract.undeclared_type",
    "{type} is an attrs class, which cannot cross",
    "Write @dataclass(frozen=True) of the standard library in place of the decorator of attrs, or inherit Message.",
)
STRUCT = Rule(
    "contract.undeclared_type",
    "{type} is a msgspec.Struct, whose form on the wire is its own",
    "Inherit Message of Plures in place of msgspec.Struct.",
)
TYPED_DICT = Rule(
    "contract.undeclared_type",
    "{type} is a TypedDict, so its values are dicts, which can be changed after they were sent",
    "Declare its fields in a Message or a dataclass: {name}(**entries) makes one of a dict.",
)
NAMED_TUPLE = Rule(
    "contract.undeclared_type",
    "{type} is a named tuple, whose values are equal to other tuples and have no JSON form with names",
    "Declare its fields in a Message or a frozen dataclass: {name}(**row._asdict()) makes one of a named tuple.",
)
FLAG = Rule(
    "contract.undeclared_type",
    "{type} is a Flag, whose values are combinations without a name",
    "Make it an Enum, and use tuple[{name}, ...].",
)
SUBCLASS = Rule(
    "contract.undeclared_type",
    "{type} is a class of its own, and would arrive as {base}",
    "Use {base}, or NewType('{name}', {base}).",
)
STANDARD_TYPE = Rule(
    "contract.undeclared_type",
    "{type} of the module {module} is not a type that can cross",
    "Use str, or another type that can cross, and convert at both ends.",
)
PLAIN_CLASS = Rule(
    "contract.undeclared_type",
    "{type} is a class of {module} that declares no fields",
    "Declare its fields in a Message or with @dataclass(frozen=True); of a class that is not yours, send what callers need of it.",
)
MUTABLE_TYPE = Rule("contract.mutable_type", "{type} cannot cross", "Use {instead}.")
NONE_IN_TUPLE = Rule(
    "contract.none_in_tuple",
    "a list or map on the wire cannot hold null",
    "Leave the item out, or wrap it in a Message.",
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
