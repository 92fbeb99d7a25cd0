"""The rules that `[events]` of plures.toml must keep, as data. None of them repeats a URL: it may hold a secret."""

from plures.errors import Rule

TRANSPORT = Rule("topology.events_transport", "{text!r} carries no events", 'Write "http" or "nats".')
ONE_URL = Rule(
    "topology.events_url", "needs one of url and url_file", "Keep one of them: the URL, or the file that holds it."
)
WITHOUT_BROKER = Rule(
    "topology.events_url",
    "is for a broker, and events travel by HTTP here",
    'Write transport = "nats" beside it, or leave it out.',
)
BROKER_URL = Rule(
    "topology.events_url",
    "is not the URL of servers of NATS",
    "Write scheme, host and port of each, such as {example}, or one reference to a variable that holds it.",
)
LITERAL_SECRET = Rule(
    "topology.literal_secret",
    "has a password or a token in it, which each reader of the file could use",
    "Put ${{NAME}} in its place, where NAME is a variable of the environment, or name a file by url_file.",
)
REPLICAS = Rule(
    "topology.events_replicas",
    "keeps the stream on {replicas} servers",
    "Write an odd number from 1 to 5: 3 on a cluster, 1 elsewhere.",
)
NAME = Rule(
    "topology.events_name",
    "{name!r} cannot be the name of a stream",
    "Use up to 63 lower-case letters, digits, hyphens and underscores, beginning with a letter.",
)
BROKER_VARIABLE = Rule(
    "topology.secret_variable",
    "sets {name}, which [events] takes a secret from",
    "Set {name} where Plures is started: Plures passes it on to the processes that need it, and to no other.",
)
