"""What can go wrong when a service uses its database by SQLAlchemy's engine."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class EngineDriverMissing(PluresError):
    """A service asks for an engine on PostgreSQL, and the package that speaks to it without asyncio is not installed."""

    code = "data.engine_driver_missing"
    wording = Text(
        "Cannot make the engine of capability {capability!r} on PostgreSQL",
        why="psycopg is not installed",
        fix="Install it: pip install 'plures[psycopg]'",
    )

    capability: str


@dataclass(eq=False)
class EngineInLoop(PluresError):
    """Code on the thread of the event loop uses an engine that blocks: all other calls of the process would wait."""

    code = "data.engine_in_loop"
    wording = Text(
        "Cannot use the engine of capability {capability!r} here",
        why="this is the thread of the event loop, and each statement would hold up all other calls",
        fix="Run what uses it in a thread, `await asyncio.to_thread(function, …)`, or ask for a `Database` in the constructor.",
    )

    capability: str


@dataclass(eq=False)
class EngineBusy(PluresError):
    """No connection of the engine became free in time: other threads hold them, or this one does already."""

    code = "data.engine_busy"
    wording = Text(
        "Cannot get a connection to the database of capability {capability!r}",
        why="all {most} that it may have were in use for {patience_s:g} s",
        fix="End each session soon (`with sessions() as session:`), hold none while another is opened in the same thread, and none while other "
        "capabilities are called.",
    )

    capability: str
    most: int
    patience_s: float
