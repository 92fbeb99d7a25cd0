"""The rules that a change of a running topology must keep, as data: the reference of errors prints them."""

from plures.errors import Rule

_AGAIN = "Stop the application and start it with the other topology."

CHANGED_KEY = Rule(
    "deploy.change_needs_restart",
    "says another {key} of a process that runs",
    f"Leave {{key}} of {{process}} as it is, or give the process another name. {_AGAIN}",
)
NO_BROKER = Rule("deploy.change_with_broker", "gets or tells events by a broker", _AGAIN)
MOVED_EDGE = Rule("deploy.change_moves_edge", "has the edge in {after}, which is in {before} now", _AGAIN)
NOT_OURS = Rule(
    "deploy.change_needs_restart", "moves from or to {process}, which does not run this application", _AGAIN
)
CHANGED_PLACE = Rule(
    "deploy.change_moves_data",
    "has its data elsewhere",
    "Move the data with `plures data move {capability}` first, which works while the application runs.",
)
SHARED_TABLES = Rule("deploy.change_splits_tables", "has its tables in a database that others use as well", _AGAIN)
COMMAND_CALLS = Rule(
    "deploy.change_needs_restart",
    "is called by {command}, which is told addresses when it starts",
    _AGAIN,
)

NO_SUCH_PROCESS = Rule("deploy.replicas", "is no process that runs", "Name one that does: {known}.")
NO_REPLICAS_ELSEWHERE = Rule("deploy.replicas", "runs elsewhere, at {url}", "Scale it where it runs.")
NO_REPLICAS_OF_COMMAND = Rule(
    "deploy.replicas",
    "is a command, of which there are {replicas}: its callers are told addresses when they start",
    "Write another number in plures.toml, and start the application again.",
)
NO_SECOND_WRITER = Rule(
    "deploy.replicas",
    "has an embedded database ({capabilities}): one SQLite file has one writer",
    "Choose a database on a server for it, or move what needs more replicas to a process of its own.",
)
REPLICAS_FIXED = Rule(
    "deploy.replicas",
    "always has {replicas}, as plures.toml says",
    "Write how many there may be, as in replicas = {{ min = {replicas}, max = 8 }}, and run `plures topology apply`.",
)
NO_MORE_REPLICAS = Rule(
    "deploy.replicas",
    "may have {min} to {max} replicas, and not {number}",
    "Name a number from {min} to {max}, or write others in plures.toml and run `plures topology apply`.",
)
