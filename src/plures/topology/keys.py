"""The keys of plures.toml, as data: the parser reads by them, and the reference of plures.toml prints them, from `FILE` down."""

from collections.abc import Sequence

from plures.logs import BLOCKED_LOOP_S

from .images import BUILD
from .key import (
    ACCESS,
    EDGE_FIGURES,
    MAY_CALL,
    POLICY,
    POLICY_OF_ALL,
    REPLICAS,
    TELEMETRY,
    TOKEN,
    TOKEN_FILE,
    Key,
)
from .key import table as _table
from .key import text as _text

IMPORT = _text("import", "The application: package.module:attribute.", 'import = "shop.app:app"', is_required=True)
DATA = Key("data", (str,), ".plures", "Folder of the embedded databases, seen from the file.", 'data = "var/data"')
APPLICATION_DATABASE = _text(
    "database",
    "Which of the databases below keeps the data of all capabilities that choose none. Left out: sqlite, the embedded ones.",
    'database = "main"',
)
APPLICATION_ADDRESSES = Key[Sequence[str]](
    "addresses",
    (list,),
    (),
    "Base URLs by which existing services below `[services]` call the edge, in the same process.",
    'addresses = ["http://payments:8000"]',
)
TRIALS = _text(
    "trials",
    "What `plures contract test` must know that contracts do not say: module:attribute of a sequence of `plures.testing.Trial`.",
    'trials = "shop.trials:trials"',
)
PRELOAD = Key(
    "preload",
    (bool,),
    False,
    "Whether the processes of a topology are forked from one that has imported the application. Its modules may make nothing that "
    "processes cannot share when they are imported: no connection, no thread, no number that is to differ from process to process.",
    "preload = true",
)
APPLICATION = _table(
    "application",
    "What runs, and where its data is. May be left out beside `[services]`.",
    "[application]",
    *(IMPORT, DATA, APPLICATION_DATABASE, APPLICATION_ADDRESSES, TRIALS, PRELOAD),
)

URL = _text(
    "url",
    "Where it is. Secrets by reference alone: ${NAME} is a variable of the environment. A user in it is the role of each capability here.",
    'url = "postgresql://db.internal/shop"',
)
URL_FILE = _text("url_file", "The file that holds the URL, instead of url.", 'url_file = "/run/secrets/database"')
CONNECTIONS = Key(
    "most_connections", (int,), 80, "How many connections all replicas together may open.", "most_connections = 200"
)
PASSWORDS = _text(
    "passwords",
    "Folder of the passwords that `plures data prepare` writes, a file for each capability. Left out: passwords/DATABASE in the data folder.",
    'passwords = "/run/secrets/roles"',
)
DATABASE = _table(
    "DATABASE",
    "A database on a PostgreSQL server: a schema and a role for each capability.",
    "[databases.DATABASE]",
    *(URL, URL_FILE, CONNECTIONS, PASSWORDS),
)
DATABASES = _table("databases", "The databases that are not embedded.", "[databases.main]", DATABASE)

CAPABILITY_DATABASE = _text(
    "database", "Which database keeps its data: the name of one, or sqlite.", 'database = "sqlite"'
)

SETTING = Key[object](
    "SETTING",
    (str, int, float, bool, list, dict),
    None,
    "A field of the settings that the service asks for. Secrets by reference alone: `${NAME}` is a variable of the environment; "
    "SETTING_file is the file that holds it.",
    'SETTING = "value"',
)
SETTINGS = _table(
    "settings",
    "What the service of this capability is told when it is made. The variable CAPABILITY_SETTING of the environment wins.",
    'settings = { host = "mail.internal", password = "${SMTP_PASSWORD}" }',
    SETTING,
)
CAPABILITY = _table("CAPABILITY", "One capability.", "[capabilities.CAPABILITY]", CAPABILITY_DATABASE, SETTINGS, POLICY)
CAPABILITIES_TABLE = _table(
    "capabilities", "What holds for one capability, wherever it is placed.", "[capabilities.orders]", CAPABILITY
)

PUBLIC = Key("public", (str,), "127.0.0.1:8000", "Address of the edge.", 'public = "127.0.0.1:9000"')
CONTROL = Key(
    "control", (str,), "127.0.0.1:8001", "Address of health, contracts and calls.", 'control = "127.0.0.1:9001"'
)
HOSTS = "Names that callers of control may use in the Host header, besides loopback and its address."
HOST_NAMES = Key[Sequence[str]]("names", (list,), (), HOSTS, 'names = ["shop.internal"]')
PUBLIC_HOSTS = "Names that requests to the edge may use in the Host header, besides loopback. Left out: any name."
PUBLIC_NAMES = Key[Sequence[str]]("public_names", (list,), (), PUBLIC_HOSTS, 'public_names = ["shop.example"]')
LISTENING = "Where to listen. Port 0 takes any free one; where a default is taken, the next free one is used."
LISTEN = _table("listen", LISTENING, "[listen]", PUBLIC, CONTROL, HOST_NAMES, PUBLIC_NAMES)

TLS_AUTHORITY = _text(
    "authority",
    "Folder of the own authority, which `plures tls init` makes. Left out: tls in the data folder.",
    'authority = "/srv/shop/tls"',
)
TLS_HOURS = Key(
    "hours", (int, float), 24, "How long a certificate of the own authority lives; half-way it is renewed.", "hours = 8"
)
TLS_CERTIFICATE = _text(
    "certificate",
    "File of the certificate, where another authority issues it. It is read again when it changes.",
    'certificate = "/run/tls/tls.crt"',
)
TLS_KEY = _text("key", "File of its private key.", 'key = "/run/tls/tls.key"')
TLS_TRUST = _text("trust", "File of the authorities that are trusted.", 'trust = "/run/tls/ca.crt"')
TLS = _table(
    "tls",
    "The control listener speaks TLS, and calls to https:// show a certificate. An empty table is enough.",
    "[tls]",
    *(TLS_AUTHORITY, TLS_HOURS, TLS_CERTIFICATE, TLS_KEY, TLS_TRUST),
)

NAMES = 'Names of capabilities; "*" stands for all that no other process names. May be left out beside edge = true.'
CAPABILITIES = Key[Sequence[str]]("capabilities", (list,), (), NAMES, 'capabilities = ["search"]', is_required=True)
EDGE = Key[bool | None]("edge", (bool,), None, 'Whether it hosts the edge. Left out: if it has "*".', "edge = true")
EXTERNAL = _text(
    "external", "Base URL of a process that Plures does not start, only calls.", 'external = "http://127.0.0.1:9100"'
)
PEER = _text(
    "peer",
    'Whom its certificate must name, where external is https: a SPIFFE name, or "public" where its host name counts, by the authorities '
    'of the system. Left out: spiffe://APPLICATION/PROCESS beside a table [tls], else "public".',
    'peer = "spiffe://shop/payments"',
)
COMMAND = _text(
    "command",
    "Command line of a program to start; it runs in the folder of this file and must listen on $PORT.",
    'command = "node tax/main.js"',
)
VARIABLE = _text("VARIABLE", "An environment variable and its value.", 'VARIABLE = "value"')
ENVIRONMENT = _table(
    "environment",
    "Variables that the process gets besides those of Plures.",
    'environment = { LOG = "debug" }',
    VARIABLE,
)
SERVICES_HERE = Key[Sequence[str]](
    "services",
    (list,),
    (),
    'Names of the existing services below `[services]` that it runs; "*" stands for all that no other process names.',
    'services = ["*"]',
)
PROCESS = _table(
    "PROCESS",
    "A process, its capabilities, and how it runs.",
    'PROCESS = { capabilities = ["*"] }',
    *(CAPABILITIES, SERVICES_HERE, REPLICAS, EDGE, EXTERNAL, PEER, COMMAND, ENVIRONMENT, MAY_CALL, TOKEN, TOKEN_FILE),
)
TOPOLOGY = _table("TOPOLOGY", "What `plures run --topology TOPOLOGY` runs.", "[topology.TOPOLOGY]", PROCESS)
TOPOLOGIES = _table(
    "topology", "The topologies. The one named monolith runs when none is asked for.", "[topology.monolith]", TOPOLOGY
)

SERVICE_APP = _text(
    "app",
    "Its ASGI application: package.module:attribute, with () behind a factory.",
    'app = "app.main:app"',
    is_required=True,
)
SERVICE_FOLDER = _text(
    "folder",
    "The folder that it is started in, where its imports begin, seen from this file. Left out: the one with its name.",
    'folder = "services/orders"',
)
SERVICE_ADDRESSES = Key[Sequence[str]](
    "addresses", (list,), (), "Base URLs by which the others call it.", 'addresses = ["http://orders:8000"]'
)
SERVICE_ENVIRONMENT_FILE = _text(
    "environment_file", "A file with variables for it, as Compose reads one.", 'environment_file = "orders/.env"'
)
SERVICE_PUBLIC = _text("public", "Where it also answers clients from outside.", 'public = "127.0.0.1:8080"')
SERVICE_THREAD = Key(
    "thread",
    (bool,),
    False,
    "Whether it runs on an event loop of its own, in a thread: for services that block theirs.",
    "thread = true",
)
SERVICE_ACCEPT = Key[Sequence[str]](
    "accept", (list,), (), "Codes of clashes that may be.", 'accept = ["rescue.signal_handler"]'
)
SERVICE = _table(
    "SERVICE",
    "An existing ASGI service, as it is.",
    "[services.SERVICE]",
    *(SERVICE_APP, SERVICE_FOLDER, SERVICE_ADDRESSES, ENVIRONMENT, SERVICE_ENVIRONMENT_FILE),
    *(SERVICE_PUBLIC, SERVICE_THREAD, SERVICE_ACCEPT),
)
SERVICES = _table(
    "services",
    "Existing ASGI services that run in one process, unchanged, or in several.",
    "[services.orders]",
    SERVICE,
)

EVENTS_TRANSPORT = Key(
    "transport", (str,), "http", "What carries events from process to process: http or nats.", 'transport = "nats"'
)
EVENTS_URL = _text(
    "url",
    "Where the servers of NATS are, several with commas between. Secrets by reference alone: ${NAME} is a variable of the environment.",
    'url = "nats://nats.internal:4222"',
)
EVENTS_URL_FILE = _text("url_file", "The file that holds the URL, instead of url.", 'url_file = "/run/secrets/nats"')
EVENTS_REPLICAS = Key("replicas", (int,), 1, "On how many servers of a cluster the stream is.", "replicas = 3")
EVENTS_NAME = _text(
    "name",
    "What stream and subjects are named after. Left out: the name of the application. Two runs of one application on the same servers need two.",
    'name = "shop-staging"',
)
EVENTS = _table(
    "events",
    "How events travel between processes.",
    "[events]",
    *(EVENTS_TRANSPORT, EVENTS_URL, EVENTS_URL_FILE, EVENTS_REPLICAS, EVENTS_NAME),
)

LOG_FORMAT = Key("format", (str,), "text", "How lines of the log are written: text or json.", 'format = "json"')
LOG_LEVEL = _text(
    "level", "The least level that is logged: debug, info, warning, error, critical.", 'level = "warning"'
)
LOGGER = _text("LOGGER", "A logger and its level.", 'LOGGER = "debug"')
LOG_LEVELS = _table("levels", "Levels of single loggers.", 'levels = { "sqlalchemy.engine" = "debug" }', LOGGER)
BLOCKED_LOOP = Key(
    "blocked_loop_s",
    (int, float),
    BLOCKED_LOOP_S,
    "Seconds that code may hold the event loop before the log names it; 0 for never.",
    "blocked_loop_s = 0.5",
)
LOGGING = _table(
    "logging",
    "The log. Options of the command line win.",
    "[logging]",
    *(LOG_FORMAT, LOG_LEVEL, LOG_LEVELS, BLOCKED_LOOP),
)
TEAM = _text(
    "TEAM", "Whom a code host asks for this team: @group, @organisation/team or an address.", 'TEAM = "@shop/team"'
)
TEAMS = _table("teams", "The teams that may own contracts. Left out: those that CODEOWNERS names.", "[teams]", TEAM)
FILE = _table(
    "plures.toml",
    "How an application runs.",
    "",
    *(
        APPLICATION,
        LISTEN,
        TLS,
        DATABASES,
        CAPABILITIES_TABLE,
        POLICY_OF_ALL,
        EDGE_FIGURES,
        EVENTS,
        ACCESS,
        LOGGING,
        TELEMETRY,
        TEAMS,
        BUILD,
        SERVICES,
        TOPOLOGIES,
    ),
)
