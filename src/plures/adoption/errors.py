"""What `plures adopt PATH` refuses."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class NoWebApplication(PluresError):
    """The code has no web application that could be mounted."""

    code = "adoption.no_application"
    wording = Text(
        "There is no web application in {folder}",
        why="no module has one of FastAPI, Starlette, Flask, Quart, Litestar or Django at its top level, and none that a function makes{unread}",
        fix="Give the folder that holds its code, or name what your server runs: --edge shop.web:app.",
    )

    folder: str
    unread: str


@dataclass(eq=False)
class SeveralWebApplications(PluresError):
    """The code has several web applications, and nothing says which one the server runs."""

    code = "adoption.several_applications"
    wording = Text(
        "There are {count} web applications in {folder}",
        why="{places}",
        fix="Name the one that your server runs: --edge {first}.",
    )

    folder: str
    count: int
    places: str
    first: str


@dataclass(eq=False)
class NoSuchEdge(PluresError):
    """The place that --edge names is none of this code."""

    code = "adoption.no_such_edge"
    wording = Text("There is no {edge!r} in this code", why="{reason}", fix="{way_out}")

    edge: str
    reason: str
    way_out: str


@dataclass(eq=False)
class NoSuchCandidate(PluresError):
    """No class and no module of that name could become a capability."""

    code = "adoption.no_such_candidate"
    wording = Text("{name!r} is no candidate", why="{reason}", fix="{way_out}")

    name: str
    reason: str
    way_out: str


@dataclass(eq=False)
class NotApplied(PluresError):
    """The patch is not applied, since a person could not take it back."""

    code = "adoption.not_applied"
    wording = Text("The patch is not applied to {folder}", why="{reason}", fix="{way_out}")

    folder: str
    reason: str
    way_out: str
