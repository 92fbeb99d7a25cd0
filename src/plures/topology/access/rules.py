"""The rules that `[access]` of plures.toml must keep, as data. None of them repeats a token."""

from plures.errors import Rule

CALLER_NAME = Rule(
    "topology.caller_name",
    "{name!r} cannot be the name of a caller",
    "Use up to 63 lower-case letters, digits and hyphens, beginning with a letter.",
)
CALLER_IS_PROCESS = Rule(
    "topology.caller_is_process",
    "process {name!r} of [topology.{topology}] has this name too, and the log could not tell them apart",
    "Give the caller another name. What a process may call, its constructors say; for a command, its own may_call.",
)
ONE_TOKEN = Rule(
    "topology.caller_token",
    "needs one of token and token_file",
    "Keep one of them: a reference such as ${{NAME}}, or the file that holds the token.",
)
LITERAL_SECRET = Rule(
    "topology.literal_secret",
    "is a token in plain text, which each reader of the file could use",
    "Put ${{NAME}} in its place, where NAME is a variable of the environment, or name a file by token_file.",
)
NO_RIGHTS = Rule("topology.may_call", "is empty, so the caller could call nothing", "Name what it calls: {example}.")
RIGHT_UNKNOWN = Rule("topology.may_call", "{right!r} is nothing that can be called", "{hint}")
ORIGIN = Rule("topology.origin", "{origin!r} is no origin of pages: {reason}", "{fix}")
ORIGIN_TWICE = Rule("topology.origin", "has {origin!r} more than once", "Keep one of them.")
NO_ORIGINS = Rule(
    "topology.origin",
    "is empty",
    "Name whose pages may call, {example}; or leave the key out for a caller that is a program.",
)
PUBLISHES_ALL = Rule(
    "topology.may_call",
    'publishes everything, what is added later too: "*" stands beside origins',
    "Name what pages may call: {example}.",
)
ORIGINS_NO_EDGE = Rule(
    "topology.origins_no_edge",
    "has nowhere to be published: pages call at the public listener, and the application has no edge, which opens it",
    "Give the application an edge, or leave origins out.",
)
MAY_CALL_OURS = Rule(
    "topology.may_call",
    "is for commands, and {name!r} is none",
    "Leave it out: the constructors of its capabilities say what it calls. Callers from outside are in [access.callers].",
)
TOKEN_OURS = Rule(
    "topology.caller_token",
    "is for external processes, and {name!r} is none",
    "Leave it out: Plures makes the tokens of the processes that it starts.",
)
SECRET_VARIABLE = Rule(
    "topology.secret_variable",
    "sets {name}, which holds a token",
    "Set {name} where Plures is started: Plures reads it there, and passes it on to no process.",
)
