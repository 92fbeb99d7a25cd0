"""What can go wrong with the Alembic scripts of a capability before one of them runs."""

from dataclasses import dataclass
from pathlib import Path

from plures.errors import PluresError, Text

_CANNOT_MIGRATE = "Cannot migrate the database of capability {capability!r}"


@dataclass(eq=False)
class AlembicMissing(PluresError):
    """A capability has Alembic scripts, and Alembic is not installed."""

    code = "data.alembic_missing"
    wording = Text(_CANNOT_MIGRATE, why="Alembic is not installed", fix="Install it: pip install 'plures[alembic]'")

    capability: str


@dataclass(eq=False)
class ScriptsUnusable(PluresError):
    """The Alembic scripts of a capability cannot be read: a file has an error, or a revision refers to one that is not there."""

    code = "data.alembic_scripts"
    wording = Text(
        _CANNOT_MIGRATE,
        why="its Alembic scripts in {place} cannot be read: {reason}",
        fix="Correct the scripts; `alembic history` says whether Alembic can read them.",
    )

    capability: str
    place: str
    reason: str


@dataclass(eq=False)
class SeveralHeads(PluresError):
    """The Alembic scripts of a capability end in several revisions, as after two people added one each."""

    code = "data.alembic_heads"
    wording = Text(
        _CANNOT_MIGRATE,
        why="its Alembic scripts have several heads: {heads}",
        fix="Join them with `alembic merge heads`. Where they are branches on purpose, give each one a label of its own (branch_labels).",
    )

    capability: str
    heads: str


@dataclass(eq=False)
class RevisionUnknown(PluresError):
    """The database has run a revision that the Alembic scripts do not have."""

    code = "data.alembic_revision_unknown"
    wording = Text(
        "Cannot use the database of capability {capability!r}",
        why="it is at revision {revision}, which this code does not have",
        fix="Run the newer code, or put back the file of the revision, where it was removed. Alembic's downgrades do not run by themselves.",
    )

    capability: str
    revision: str


@dataclass(eq=False)
class EnvironmentUnfit(PluresError):
    """An env.py does not run the Alembic scripts on the connection that it is given."""

    code = "data.alembic_environment"
    wording = Text(
        _CANNOT_MIGRATE,
        why="{place}: {reason}",
        fix='Write there: context.configure(connection=context.config.attributes["connection"], …), then context.run_migrations(). '
        "Open, commit and close nothing. The guide to migrations has a whole env.py.",
    )

    capability: str
    place: str
    reason: str


def said(error: Exception) -> str:
    """What an error of scripts says, in a line."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"SyntaxError: {error.msg} ({Path(error.filename).name}, line {error.lineno})"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
