"""What keeps a topology from running in containers, as data."""

from plures.errors import Rule

TLS_MISSING = Rule(
    "deploy.tls_missing",
    "runs {processes} in containers, and calls between them would show their tokens in the open",
    "Begin a table [tls] in plures.toml; docs/guides/tls.md says how. An empty one is enough.",
)
OTHER_LANGUAGE = Rule(
    "deploy.other_language",
    "is a program in another language, which speaks no TLS of its own, and others call it over the network",
    'Run it by other means and name it with external = "https://…", or place its capabilities in a process of the application.',
)
LOOPBACK = Rule(
    "deploy.loopback",
    "{url} is in no container but the one that asks",
    "Name a host that containers reach.",
)
NOTHING = Rule(
    "deploy.nothing",
    "has no process that runs here: all are external",
    "Leave external out of the process that is to run in a container.",
)
