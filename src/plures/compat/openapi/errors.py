"""What can be wrong with OpenAPI files, and with the tool that reads them."""

from dataclasses import dataclass

from plures.errors import PluresError, Rule, Text


@dataclass(eq=False)
class DocumentUnread(PluresError):
    """A file is no OpenAPI document, or cannot be read."""

    code = "openapi.unread"
    wording = Text("Cannot read {file}", why="{reason}", fix="{fix_text}")

    file: str
    reason: str
    fix_text: str


NO_SUCH_TARGET = Rule("openapi.no_such_target", "$ref {ref!r} leads nowhere", "Correct the $ref, or add what it names.")
REMOTE_TARGET = Rule(
    "openapi.remote_target",
    "$ref {ref!r} leads to another machine, which is never asked",
    "Keep a copy of that file beside this one, and refer to the copy.",
)
UNREAD_TARGET = Rule("openapi.unread_target", "$ref {ref!r}: {problem}", "Correct the file that it names.")
CIRCLE = Rule(
    "openapi.circle",
    "{names} are made of each other: no value can ever be one",
    "Take the $ref back to itself out of allOf; a property or the items of a list may lead back.",
)
