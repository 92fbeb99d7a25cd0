"""What can be wrong with lock files."""

from plures.errors import Rule

NOT_TOML = Rule(
    "lock.not_toml",
    "{problem}",
    "Take it from version control. Where there is none, delete it: plures contract lock gives new numbers then.",
)
CONFLICT = Rule(
    "lock.conflict",
    "a merge left its marks here, since two branches changed this contract",
    "Take one side of each mark, then run plures contract lock: it adds what the other side had, with numbers of its own.",
)
FORM = Rule(
    "lock.form",
    "{problem}",
    "Take it from version control. Where there is none, delete it: plures contract lock gives new numbers then.",
)
TOO_NEW = Rule(
    "lock.too_new",
    "it has format {found}, and this Plures reads up to {known}",
    "Update Plures, or take an older lock file.",
)
NUMBER_CLASH = Rule(
    "lock.number_clash",
    "{names} have number {number}",
    "Two branches gave one number to two fields. Delete the line of the one that is not released, and run plures contract lock.",
)
UNKNOWN_NAME = Rule(
    "lock.unknown_name",
    "{name!r} is no type, message or enum of this file",
    "Take it from version control. Where there is none, delete it: plures contract lock gives new numbers then.",
)
FILE_NAME = Rule("lock.file_name", "it holds {contract}", "Call it {contract}.toml, or delete it.")
