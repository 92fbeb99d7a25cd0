"""The rules that plures.toml and its topologies must keep, as data: the reference of errors prints them."""

from plures.errors import Rule

# The file.
FILE = Rule("topology.file", "cannot be read: {reason}", "Create the file, name the right one, or make it readable.")
ENCODING = Rule("topology.file", "is not UTF-8 text: {reason} in line {line}", "Save the file as UTF-8.")
SYNTAX = Rule("topology.syntax", "is not TOML: {reason}", "Correct the line; https://toml.io has the rules.")

# Any key.
UNKNOWN_KEY = Rule("topology.unknown_key", "is not a key that Plures knows", "{hint}")
REQUIRED = Rule("topology.required", "is missing", "Write {example}.")
TYPE = Rule("topology.type", "is {found} where {wanted} belongs", "Write {example}.")
ITEM = Rule("topology.type", "has {found} in it where a string belongs", "Write {example}.")

# One key.
IMPORT = Rule(
    "topology.import", "{text!r} is not an import string", "Write package, module and attribute, such as {example}."
)
LISTEN_ADDRESS = Rule(
    "topology.address", "{text!r} is not an address to listen on", "Write host and port, such as {example}."
)
HOST_NAME = Rule(
    "topology.address", "{text!r} is not the name of a host", "Write names without scheme and port, such as {example}."
)
SAME_ADDRESS = Rule("topology.address", "is the same as public, {address}", "Give each listener a port of its own.")
BASE_URL = Rule(
    "topology.address", "{text!r} is not a base URL", "Write scheme, host and port alone, such as {example}."
)
COMMAND = Rule("topology.command", "cannot be split into words: {reason}", "Close the quotation.")
NO_COMMAND = Rule("topology.command", "is empty", "Name a program, or leave the key out.")
EXTERNAL_AND_COMMAND = Rule(
    "topology.external_and_command",
    "stands beside external",
    "Keep external when the process runs elsewhere, command when Plures is to start it.",
)
NO_REPLICAS = Rule("topology.replicas", "begins at {min}", "Begin at 1 or more; to run none, leave the process out.")
SCALING = Rule("topology.scaling", "is {value}", "Choose {allowed}: {reason}.")
FEWER_REPLICAS = Rule("topology.replicas", "has min = {min} above max = {max}", "Raise max or lower min.")
ENVIRONMENT = Rule("topology.environment", "is not the name of a variable", "Use letters, digits and underscores.")
NO_CAPABILITIES = Rule("topology.empty", "is empty", "Name a capability, or leave the process out.")
NO_PROCESSES = Rule("topology.empty", "has no processes", "Add one, such as {example}.")

# The processes of a topology.
PROCESS_NAME = Rule(
    "topology.process_name",
    "{name!r} is not a name for a process",
    "Use up to 63 lower-case letters, digits and hyphens, beginning with a letter.",
)
PROCESS_TWICE = Rule(
    "topology.process_twice", "{times} processes have the name {name!r}", "Give each process a name of its own."
)
EXTERNAL_REPLICAS = Rule(
    "topology.external_replicas",
    "counts replicas of a process that runs elsewhere",
    "Leave replicas out; they are decided where the process is run.",
)
DATABASE_REPLICAS = Rule(
    "topology.database_replicas",
    "allows {max} replicas of capability {name!r}, which has an embedded database: one SQLite file has one writer",
    "Set replicas to 1, or move {name!r} to a process of its own with one replica, or choose a database on a server for it.",
)
DATABASE_REPLICAS_ALONE = Rule(
    "topology.database_replicas",
    "allows {max} replicas of capability {name!r}, which has an embedded database: one SQLite file has one writer",
    "Set replicas to 1, or choose a database on a server for it ([capabilities.{name}] database = …).",
)

# The application's own database.
SHARED_SPLIT = Rule(
    "topology.shared_split",
    "parts capability {name!r}, in process {home!r}, from {others}: it shares tables of the application's own database ({tables})",
    "Place it there, or give it a database of its own, and its tables (`plures data adopt {name}`), first.",
)

# The edge.
EDGE_ABSENT = Rule(
    "topology.edge_absent",
    "places the edge of an application that has none",
    "Leave edge out, or give the application an edge.",
)
EDGE_ELSEWHERE = Rule(
    "topology.edge_elsewhere",
    "puts the edge into a process that does not run this application",
    "Put edge = true into a process without external and command.",
)
EDGE_UNPLACED = Rule(
    "topology.edge_unplaced", "no process hosts the edge", "Put edge = true into the process that is to serve it."
)
EDGE_TWICE = Rule(
    "topology.edge_twice",
    "more than one process hosts the edge: {processes}",
    "Keep edge = true in one; replicas run it more than once.",
)

# The capabilities of the application.
REST_TWICE = Rule(
    "topology.rest_twice",
    'has "*" more than once: in {processes}',
    'Keep "*" in one process, and name the capabilities of the others.',
)
CAPABILITY_UNKNOWN = Rule("topology.capability_unknown", "the application has no capability {name!r}", "{hint}")
CAPABILITY_TWICE = Rule(
    "topology.capability_twice",
    "capability {name!r} is placed more than once: in {processes}",
    "Keep it in one process; replicas run it more than once.",
)
CAPABILITY_UNPLACED = Rule(
    "topology.capability_unplaced", "capability {name!r} is in no process", 'Add it to one, or "*" for all the rest.'
)
IMPLEMENTATION_ABSENT = Rule(
    "topology.implementation_absent",
    "capability {name!r} has no implementation here to run",
    "Place it in a process with external or command, or give Capability(…) an implementation.",
)
NEED_UNMET = Rule(
    "topology.need_unmet",
    "no capability of the application has the contract {contract!r}, needed by {callers}",
    "Add Capability(…) for it to the application; without an implementation it can be external.",
)

# Settings.
SETTINGS_UNASKED = Rule(
    "topology.settings",
    "has settings for {name}, whose service asks for none",
    "Ask for them in the constructor, `settings: MailSettings`, where `class MailSettings(Settings)`; or remove the table.",
)

# Teams.
TEAM = Rule(
    "topology.team",
    "{handle!r} names neither a group nor a mailbox",
    "Write '@group', '@organisation/team' or the address of a mailbox.",
)
