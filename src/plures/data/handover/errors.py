"""What can go wrong when a process should go on with the copy of its database."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class HandoverRefused(PluresError):
    """A process that uses a database does not go on with its copy. It goes on with the database as before."""

    code = "data.handover_refused"
    wording = Text(
        "The process that uses the database of capability {capability!r} cannot go on with its copy",
        why="{reason}",
        fix="Run `plures data move {capability} --to …` again; it goes on where it was.",
    )

    capability: str
    reason: str
