"""What services that share a process must not do, each with its way out. `accept = ["<code>"]` in `[services.NAME]` lets it pass."""

from typing import Final

from plures.errors import Rule

_OUT: Final = 'or give {service} a process of its own (services = ["{service}"] in the topology)'

SIGNAL = Rule(
    "rescue.signal_handler",
    "{service} handles signals of the process ({call}): Plures does so here, and the last one who asks gets them",
    "Do that work in the lifespan's shutdown, " + _OUT + ".",
)
LOOP = Rule(
    "rescue.event_loop",
    "{service} changes or starts event loops ({call}), which all services of the process share",
    "Leave it out (Plures runs uvloop), " + _OUT + ".",
)
GLOBAL = Rule(
    "rescue.global_state",
    "{services} set what a process has once ({call}): the last one wins for all",
    "Set it in one of them, " + _OUT + ".",
)
METRIC = Rule(
    "rescue.metric_twice",
    "{services} register the metric {name!r} in the one registry of prometheus_client, which refuses the second",
    "Give each its own CollectorRegistry, " + _OUT + ".",
)
TABLE = Rule(
    "rescue.table_twice",
    "{services} declare the table {name!r} in the one registry that SQLModel has",
    "Give each a base class with a MetaData of its own, " + _OUT + ".",
)
RELATIVE = Rule(
    "rescue.relative_path",
    "{service} opens {path!r} as seen from the current folder, which a process has once",
    "Write the path from `__file__`, or set it in the environment of [services.{service}], " + _OUT + ".",
)
RELATIVE_DATA = Rule(
    "rescue.relative_database",
    "{service} keeps its data in {path!r}, as seen from the current folder, which a process has once",
    "Say the whole path in the environment of [services.{service}], " + _OUT + ".",
)
EXIT = Rule(
    "rescue.ends_process",
    "{service} ends the process ({call}), and all services with it",
    "Raise an error instead, " + _OUT + ".",
)
FOLDER = Rule(
    "rescue.current_folder",
    "{service} changes the current folder of the process ({call})",
    "Use whole paths, " + _OUT + ".",
)
BLOCKING = Rule(
    "rescue.blocks_loop",
    "{service} waits on the event loop ({call} in `async def {function}`), and all services with it; a blocking call of one of them would never end",
    "Put `thread = true` into [services.{service}]: it gets a loop of its own. Or await something there.",
)
PATH = Rule(
    "rescue.module_path",
    "{service} changes where all services look for modules ({call})",
    "Name the folder in PYTHONPATH of the environment of [services.{service}], " + _OUT + ".",
)
VERSION = Rule(
    "rescue.versions",
    "{services} pin different versions of {name}: {versions}",
    "Pin one version in all of them, " + _OUT + ".",
)
SYNTAX = Rule("rescue.unread", "{service} has a file that is no Python of this version: {reason}", "Mend or remove it.")
CHILD = Rule(
    "rescue.child_process",
    "{service} starts processes that import its modules ({call}); they look for the names that these have here",
    "Start them with a command line of their own, " + _OUT + ".",
)
