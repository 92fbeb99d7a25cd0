"""What can go wrong when a user asks the advisor. Each error says what to do."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class NotAFolder(PluresError):
    """The path to read is missing or is a file."""

    code = "advisor.not_a_folder"
    wording = Text(
        "Cannot read {path!r}",
        why="it is not a folder",
        fix="Give the folder of a codebase; it may be a git working tree, a bare repository or plain files.",
    )

    path: str


@dataclass(eq=False)
class NoPythonFound(PluresError):
    """The folder holds no production code in Python, so there is nothing to map."""

    code = "advisor.no_python"
    wording = Text(
        "Cannot map {path!r}",
        why="none of its {looked_at} files is a Python module outside tests and documentation",
        fix="Give the folder that holds the Python packages, or name components in a file with --components.",
    )

    path: str
    looked_at: int


@dataclass(eq=False)
class UnknownCommit(PluresError):
    """The repository does not have the commit that the user named."""

    code = "advisor.unknown_commit"
    wording = Text(
        "Cannot read commit {commit!r}",
        why="{reason}",
        fix="Give a commit, tag or branch that `git rev-parse` knows here; a shallow clone may lack old ones.",
    )

    commit: str
    reason: str


@dataclass(eq=False)
class UnknownComponent(PluresError):
    """The map does not have the component that the user named."""

    code = "advisor.unknown_component"
    wording = Text(
        "No component is called {name!r}",
        why="the map has {count}: {some}",
        fix="Use one of these names, or define components in a file with --components.",
    )

    name: str
    count: int
    some: str


@dataclass(eq=False)
class TelemetryOfAnother(PluresError):
    """The telemetry is that of another application than the code."""

    code = "advisor.telemetry_of_another"
    wording = Text(
        "The telemetry in {path} is not that of this code",
        why="it tells of {capabilities}, and the code has {components}",
        fix="Give the folder in which these capabilities are ({folder}), name the data folder of this application with --telemetry, or say in a file with --components which folders these capabilities are.",
    )

    path: str
    capabilities: str
    components: str
    folder: str = "none was found here"
