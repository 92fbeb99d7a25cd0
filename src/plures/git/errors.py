"""What can go wrong with git."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class GitFailed(PluresError):
    """Git is not installed, or ended with an error. What can do without it goes on."""

    code = "git.failed"
    wording = Text("git {command} failed", why="{reason}", fix="Run the same command by hand to see more.")

    command: str
    reason: str
