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
