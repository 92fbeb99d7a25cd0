"""The rules that the databases of plures.toml must keep, as data. None of them repeats a URL: it may hold a secret."""

from plures.errors import Rule

DATABASE_NAME = Rule(
    "topology.database_name",
    "{name!r} cannot be the name of a database",
    'Use lower-case letters, digits and hyphens, beginning with a letter; "sqlite" means the embedded ones.',
)
DATABASE_UNKNOWN = Rule("topology.database_unknown", "there is no database {name!r}", "{hint}")
DATABASE_URL = Rule(
    "topology.database_url",
    "is not the URL of a database on a PostgreSQL server",
    "Write scheme, host and name of the database, such as {example}, or one reference to a variable that holds it.",
)
ONE_URL = Rule(
    "topology.database_url", "needs one of url and url_file", "Keep one of them: the URL, or the file that holds it."
)
LITERAL_SECRET = Rule(
    "topology.literal_secret",
    "has a password in it, which each reader of the file could use",
    "Put ${{NAME}} in its place, where NAME is a variable of the environment, or name a file by url_file.",
)
MOST_CONNECTIONS = Rule(
    "topology.database_connections",
    "allows {most} connections",
    "Allow as many as the server has for this application.",
)
CONNECTIONS = Rule(
    "topology.database_connections",
    "allows {most} connections to database {name!r}, but its {pools} pools (a pool for each capability in each replica, one replica more "
    "while one is replaced) need at least {least}",
    "Raise most_connections and what the server allows, or run fewer replicas.",
)
SECRET_VARIABLE = Rule(
    "topology.secret_variable",
    "sets {name}, which a database takes a secret from",
    "Set {name} where Plures is started: Plures passes it on to the processes that need it, and to no other.",
)
