"""The rules that an application must keep, as data: the reference of errors prints them."""

from typing import Final

from plures.errors import Rule

NAME: Final = Rule(
    "application.name", "is not a name", "Use lower-case letters, digits, - and _, beginning with a letter."
)
NO_CAPABILITY: Final = Rule(
    "application.no_capability",
    "is not a Capability",
    "Wrap each contract and its implementation, as in Capability(Search, SearchService).",
)
NO_CONTRACT: Final = Rule(
    "application.no_contract",
    "is not a contract",
    'Put @contract("….v1", owner="…") on the class, and pass the class itself.',
)
DUPLICATE: Final = Rule("application.duplicate", "is declared by {first} and by {second}", "List each capability once.")
VERSIONS_APART: Final = Rule(
    "application.duplicate",
    "is declared by {first} and by {second}",
    "One capability serves both: Capability(newest, …, older=[Capability(older, …)]).",
)
UNUSED_MIGRATIONS: Final = Rule(
    "application.unused_migrations",
    "has migrations, but its implementation asks for no Database",
    "Ask for a Database in the constructor, or drop the migrations.",
)
SHARED_TABLES: Final = Rule(
    "application.shared_tables",
    "has shared_tables={given}, which is no list of tables",
    'Write a list: shared_tables=["invites"].',
)
SHARED_TABLE: Final = Rule(
    "application.shared_tables",
    "has {given} among its shared_tables, which is no table",
    'Name tables, as in `["invites"]`, or pass tables of SQLAlchemy or mapped classes.',
)
SHARED_ELSEWHERE: Final = Rule(
    "application.shared_tables",
    "has shared_tables, and runs elsewhere, where it cannot use the application's own engine",
    "Give it an implementation, or leave shared_tables out.",
)
SHARED_TWICE: Final = Rule(
    "application.shared_twice",
    "is claimed by the capabilities {capabilities}, and a table has one owner",
    "Leave it to one of them, and let the other call that one.",
)
EDGE_DATABASE: Final = Rule(
    "application.edge_database",
    "asks for a database, but data belongs to capabilities",
    "Give the data to a capability and call that.",
)
EDGE_DEADLINE: Final = Rule(
    "application.edge_deadline", "edge_deadline_s={deadline_s!r} is no length of time", "Pass seconds, more than 0."
)
EDGE_CRITICALITY: Final = Rule(
    "application.edge_criticality",
    "edge_criticality has {path!r}: {criticality!r}, which is {problem}",
    'Write paths that begin with a slash, each with "critical", "normal" or "sheddable".',
)
EDGE_IMPORT: Final = Rule(
    "application.edge_import",
    "edge={place!r} is no import string",
    'Write package, module and attribute: edge="shop.web:app".',
)
EDGE_UNTOLD: Final = Rule(
    "application.edge_untold",
    "asks for {contract}, of which the application says nothing",
    'Name it where the edge is named: Application(…, edge="shop.web:edge", clients=[{contract}]).',
)
CONTEXT: Final = Rule(
    "application.context",
    "context={context} is no message",
    "Name the class: `class Shopper(Message)`, and `Application(…, context=Shopper)`.",
)
NO_CLIENT: Final = Rule(
    "application.no_client",
    "{given} is no contract, so there is no client of it",
    "List the classes with @contract(…) that code of the edge calls by plures.client.",
)
CONTEXT_CHANGEABLE: Final = Rule(
    "application.context",
    "{context} has parts that can be changed, and all who serve a request share it",
    "Use a Message or frozen dataclass with tuple[T, ...] in place of lists, and no model of pydantic.",
)
EDGE_OPENED: Final = Rule(
    "application.edge_opened",
    "is a context manager, but the edge must be a function that returns an ASGI application",
    "Return the application, and open what it needs in its own lifespan.",
)

UNRESOLVED: Final = Rule(
    "application.dependency",
    "annotation cannot be resolved: {error}",
    "Import the name at run time; a name under `if TYPE_CHECKING:` is not enough.",
)
NOT_PROVIDED: Final = Rule(
    "application.dependency",
    "parameter {name!r} asks for {wanted}, which Plures does not provide",
    "Ask for a contract, Optionally[…] of one, Database, SQLAlchemy's Engine or sessionmaker[Session], Events, Lifecycle, a class of Settings or a frozen "
    "dataclass of these, give it a default, or compose the service in a function.",
)
OPTIONAL_OF: Final = Rule(
    "application.dependency",
    "parameter {name!r} asks for Optionally of {wanted}, which is no contract",
    "Name the contract that the service can do without: `Optionally[Reviews]`.",
)
OR_NONE: Final = Rule(
    "application.dependency",
    "parameter {name!r} asks for {contract} or None, and a client is there whether {contract} answers or not",
    "Say that the service can do without its answers: `{name}: Optionally[{contract}]`.",
)
POSITIONAL_ONLY: Final = Rule(
    "application.dependency",
    "parameter {name!r} is positional only, and dependencies are passed by name",
    "Remove the `/` from its parameters.",
)
CONCRETE_SERVICE: Final = Rule(
    "application.dependency",
    "parameter {name!r} asks for {service}, the service behind a contract",
    "Ask for the contract: Plures passes a client of it, wherever the service runs.",
)
TWO_DATABASES: Final = Rule(
    "application.dependency", "asks for two databases", "A capability has one database; ask once."
)
DATABASE_AND_ENGINE: Final = Rule(
    "application.dependency",
    "asks for a Database and for an engine of SQLAlchemy: two that write would stand in each other's way",
    "Ask for one of them.",
)
ENGINE_REMEMBERS: Final = Rule(
    "application.engine_remembers",
    "{asks}, whose answers are kept in the transaction of a Database, and asks for an engine of SQLAlchemy",
    "Ask for a Database (`async with database.session() as session` is the ORM on it), or leave that out.",
)
TWO_SETTINGS: Final = Rule(
    "application.dependency",
    "asks for settings twice",
    "A capability has one class of settings; let that hold the others.",
)
ENDLESS_GROUP: Final = Rule(
    "application.dependency",
    "parameter {name!r} asks for {group}, which contains itself",
    "Let the dataclass name contracts, not itself.",
)
MUTABLE_GROUP: Final = Rule(
    "application.dependency",
    "parameter {name!r} asks for the dataclass {group}, which is not frozen",
    "Declare it with @dataclass(frozen=True): services share what they are given.",
)

NOT_INSPECTABLE: Final = Rule(
    "application.implementation", "cannot be inspected: {error}", "Pass a class or a function."
)
COROUTINE: Final = Rule(
    "application.implementation",
    "is built by a coroutine, and Plures builds services without waiting",
    "Build it in a plain function and await in a hook (`lifecycle.on_start(…)`), or write an @asynccontextmanager that "
    "yields it.",
)
BARE_GENERATOR: Final = Rule(
    "application.implementation",
    "is a generator function without @asynccontextmanager",
    "Put @asynccontextmanager on it.",
)

SYNCHRONOUS_GENERATOR: Final = Rule(
    "application.implementation",
    "is a generator function, and services are opened without blocking",
    "Write it with `async def` and @asynccontextmanager.",
)

OPERATION_MISSING: Final = Rule("application.operation_missing", "has no method {name!r}", "Write `{declaration}`.")
OPERATION_INHERITED: Final = Rule(
    "application.operation_missing",
    "inherits {name!r} from the contract, which only declares it",
    "Write `{declaration}`.",
)
OPERATION_DIFFERS: Final = Rule("application.operation_differs", "{difference}", "Write `{declaration}`.")

HANDLER: Final = Rule(
    "application.handler",
    "cannot handle events: {problem}",
    "Write `@subscribe()` on `async def on_placed(self, event: OrderPlaced) -> None`, beside the operations of the contract.",
)
HANDLER_NAME: Final = Rule(
    "application.handler",
    "handles events, but peers cannot spell the name {name!r}",
    "Use lower-case words joined by single underscores. The operation that gets the event is made from them: on_placed becomes OnPlaced.",
)
HANDLER_CLASH: Final = Rule(
    "application.handler",
    "handles events, but has the name of an operation: both would be {path}",
    "Give the handler another name. Other capabilities call operations; handlers get events alone.",
)
HANDLER_LOST: Final = Rule(
    "application.handler",
    "takes the place of the handler {first}, but has no @subscribe(), so it would get no event",
    "Put @subscribe() on it too, or give it another name.",
)
EVENT_UNDECLARED: Final = Rule(
    "application.event_undeclared",
    "handles {event}, which no contract of the application declares",
    "Name it in the contract of the capability that publishes it, @contract(…, events=[{event}]), and list that capability.",
)
EVENT_TWICE: Final = Rule(
    "application.event_twice",
    "is declared by the contracts {first} and {second}",
    "Let one of them declare it: an event says what has happened in one capability. Another version declares a class of its own.",
)
PUBLISHES_NOTHING: Final = Rule(
    "application.events",
    "asks for Events, but its contract declares no event",
    "Name what it publishes: @contract(…, events=[OrderPlaced]).",
)
NO_OUTBOX: Final = Rule(
    "application.events",
    "asks for Events, but for no Database, in which events are written",
    "Ask for a Database too: an event is published in the write() that changes what it tells of.",
)
EDGE_EVENTS: Final = Rule(
    "application.events",
    "asks for Events, but events belong to capabilities",
    "Publish in a capability, and call that.",
)
NO_SAGAS: Final = Rule(
    "application.sagas",
    "asks for Sagas, but its service has no method with @saga",
    "Write one: `@saga()` on `async def ordering(self, saga: Saga, wish: Wish) -> Order`.",
)
SAGAS_UNUSED: Final = Rule(
    "application.sagas",
    "its service has sagas, but nothing that could begin or resume them",
    "Ask for Sagas in the constructor: `def __init__(self, database: Database, sagas: Sagas)`.",
)
SAGAS_HIDDEN: Final = Rule(
    "application.sagas",
    "asks for Sagas, but what builds the service does not say which class it returns",
    "Annotate it with the class that has the sagas: `def make(database: Database, sagas: Sagas) -> OrderingService`.",
)
NO_JOURNAL: Final = Rule(
    "application.sagas",
    "asks for Sagas, but for no Database, in which their steps are kept",
    "Ask for a Database too: `def __init__(self, database: Database, sagas: Sagas)`.",
)
EDGE_SETTINGS: Final = Rule(
    "application.settings",
    "asks for Settings, but they belong to capabilities",
    "Let the web application read its settings as it does without Plures, or ask in a capability.",
)
EDGE_SAGAS: Final = Rule(
    "application.sagas",
    "asks for Sagas, but sagas belong to capabilities",
    "Begin them in a capability, and call that.",
)
NO_SUBSCRIPTIONS: Final = Rule(
    "application.subscriptions",
    "has subscriptions={given!r}, which do not say by name which handler gets which event",
    'Write subscriptions={{"confirm": OrderPlaced}}: handlers by name.',
)
SUBSCRIPTIONS_HERE: Final = Rule(
    "application.subscriptions",
    "has subscriptions=, which are for capabilities that run elsewhere",
    "Put @subscribe() on a method of the service, or leave the implementation out.",
)

NOT_PLAIN: Final = Rule(
    "application.after_each",
    "{hook} is a coroutine function, and runs on the event loop",
    "Pass a plain function, which runs in the thread of the call: after_each(Session.remove).",
)
INTERVAL: Final = Rule(
    "application.interval", "{interval_s!r} is no length of time", "Pass seconds, more than 0: every(15, work)."
)
