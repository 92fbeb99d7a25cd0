"""What cannot be exported."""

from typing import Final

from plures.errors import Rule

UNLOCKED: Final = Rule(
    "export.unlocked",
    "it is not locked as it is ({names}): numbers that are made up here would be other ones tomorrow",
    "Run plures contract lock, review what it writes, then export again.",
)
ENUM_NUMBER: Final = Rule(
    "export.enum_number",
    "{number} does not fit into the 32 bits that protobuf has for the members of an enum",
    "Give the member a value that fits, or a text as its value.",
)
