"""The rules that settings must keep, as data: the reference of errors prints them."""

from typing import Final

from plures.errors import Rule

KIND: Final = Rule(
    "settings.kind",
    "{problem}, which settings cannot hold",
    "Use str, int, float, bool, Path, dates, Decimal, UUID, an Enum, Literal, tuple[…, ...], Mapping[str, …], Secret[…], or a class of Settings.",
)
MISSING: Final = Rule(
    "settings.missing", "is missing", "Set {variable}, or write `{key} = …` in {table} of plures.toml."
)
SECRET_MISSING: Final = Rule(
    "settings.missing",
    "is missing",
    'Set {variable}, or {variable}_FILE to the file that holds it; or write `{key} = "${{NAME}}"` or `{key}_file = …` in {table} of plures.toml.',
)
CLASH: Final = Rule(
    "settings.clash", "reads the variable {variable}, and so does {other}", "Give one of the two fields another name."
)
UNKNOWN: Final = Rule("settings.unknown", "is no setting of the service", "{hint}")
TWICE: Final = Rule("settings.twice", "stands beside {name}_file", "Keep one of the two.")
LITERAL_SECRET: Final = Rule(
    "settings.literal_secret",
    "holds a secret itself, and this file is in the repository",
    'Refer to a variable, "${{NAME}}", or name the file that holds it: a key that ends with _file.',
)
REFERENCE: Final = Rule(
    "settings.reference", "refers to ${{{name}}}, which is not set", "Set {name}, or correct the reference."
)
FILE: Final = Rule("settings.file", "{path} cannot be read: {reason}", "Make the file readable, or name the right one.")
WRONG: Final = Rule("settings.wrong", "does not fit: {reason}", "Write a value of the type that the service declares.")
