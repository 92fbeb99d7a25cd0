"""The rules that settings of the log must keep, as data: the reference of errors prints them."""

from plures.errors import Rule

LEVEL = Rule("logging.level", "{text!r} is not a level", "{hint}")
FORMAT = Rule("logging.format", "{text!r} is not a format of the log", "{hint}")
LOGGER = Rule("logging.logger", "{text!r} names no logger", "Write LOGGER=LEVEL, such as sqlalchemy.engine=debug.")
LIMIT = Rule("logging.limit", "{seconds} is no limit for the event loop", "Write 0 for none, or 0.05 to 3600 seconds.")
LEVEL_TWICE = Rule("logging.level_twice", "gives {name} two levels", "Keep one of them.")
