"""What a user can do wrong when asking the advisor; each error says what to do."""

from collections.abc import Sequence

from plures.errors import PluresError


class NotAFolder(PluresError):
    """The path to read is missing or is a file."""

    code = "advisor.not_a_folder"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"Cannot read {path!r}",
            why="it is not a folder",
            fix="Give the folder of a codebase; it may be a git working tree, a bare repository or plain files.",
        )


class NoPythonFound(PluresError):
    """There is nothing to map."""

    code = "advisor.no_python"

    def __init__(self, path: str, looked_at: int) -> None:
        super().__init__(
            f"Cannot map {path!r}",
            why=f"none of its {looked_at} files is a Python module outside tests and documentation",
            fix="Give the folder that holds the Python packages, or name components in a file with --components.",
        )


class UnknownCommit(PluresError):
    """The commit asked for is not in the repository."""

    code = "advisor.unknown_commit"

    def __init__(self, commit: str, reason: str) -> None:
        super().__init__(
            f"Cannot read commit {commit!r}",
            why=reason,
            fix="Give a commit, tag or branch that `git rev-parse` knows here; a shallow clone may lack old ones.",
        )


class UnknownComponent(PluresError):
    """A component was named that the map does not have."""

    code = "advisor.unknown_component"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f"No component is called {name!r}",
            why=f"the map has {len(known)}: {', '.join(known[:12])}{' …' if len(known) > 12 else ''}",  # noqa: PLR2004
            fix="Use one of these names, or define components in a file with --components.",
        )


class GitFailed(PluresError):
    """Git ran and refused; the advisor goes on without history where it can."""

    code = "advisor.git_failed"

    def __init__(self, arguments: Sequence[str], reason: str) -> None:
        super().__init__(
            f"git {' '.join(arguments[:2])} failed",
            why=reason or "git gave no reason",
            fix="Run the same command by hand to see more; without history the advisor can still read the code.",
        )
