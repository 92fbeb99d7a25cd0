"""Why headers were not taken."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class HeadersRefused(PluresError):
    """Code says headers or trailers that its operation does not declare, too late, or with values that no header has; or asks for such."""

    code = "headers.refused"
    wording = Text(
        "{headers} of {operation} cannot go on their way",
        why="{problem}",
        fix="Declare the class with headers=… or trailers=… of @query or @command, and tell headers before the first item of a stream.",
    )

    headers: str
    operation: str
    problem: str
