"""What goes wrong with sagas, and what their functions never see."""

from dataclasses import dataclass
from typing import Final

from plures.errors import PluresError, Text

NO_STEP: Final = "none"
"""At the step none: before the first."""


@dataclass(eq=False)
class SagaCompensated(PluresError):
    """A saga did not reach its end, and what it had done was taken back."""

    code = "sagas.compensated"
    wording = Text(
        "Saga {saga} {id!r} was taken back",
        why="at the step {step}: {reason}",
        fix="Begin it again with another id once the reason is gone.",
    )

    saga: str
    id: str
    step: str
    reason: str


@dataclass(eq=False)
class SagaParked(PluresError):
    """A saga cannot go on by itself, neither to its end nor back."""

    code = "sagas.parked"
    wording = Text(
        "Saga {saga} {id!r} is parked",
        why="at the step {step}: {reason}",
        fix="Mend what it says, then `plures sagas resume {saga} {id!r}`; or have it taken back: `plures sagas compensate {saga} {id!r}`.",
    )

    saga: str
    id: str
    step: str
    reason: str


@dataclass(eq=False)
class SagaChanged(PluresError):
    """The code of a saga takes other steps than it took when the instance began."""

    code = "sagas.changed"
    wording = Text(
        "Saga {saga} {id!r} cannot go on",
        why="its step {number} was {recorded}, and the code of version {version} calls {called} there",
        fix="Run the code that began it, or keep that code beside the new one: a function with @saga(version={version}), and the new one with a higher version.",
    )

    saga: str
    id: str
    version: int
    number: str
    recorded: str
    called: str


@dataclass(eq=False)
class SagaUnreadable(PluresError):
    """What was kept of a saga cannot be read, so it is not known what it has done."""

    code = "sagas.unreadable"
    wording = Text(
        "Saga {saga} {id!r} cannot go on",
        why="{what} cannot be read: {problem}",
        fix="Run the code that wrote it, or put right what the database has; then let it go on.",
    )

    saga: str
    id: str
    what: str
    problem: str


class Stuck(BaseException):
    """What `SagaChanged` or `SagaUnreadable` says, past the code of the saga."""

    def __init__(self, error: SagaChanged | SagaUnreadable) -> None:
        super().__init__()
        self.error = error


@dataclass(eq=False)
class SagaVersionGone(PluresError):
    """Sagas have begun that the code does not have any more, and have not ended."""

    code = "sagas.version_gone"
    wording = Text(
        "Cannot start capability {capability!r}",
        why="sagas have not ended whose code is gone: {names}",
        fix="Keep their functions beside the new ones, each with the name and version that it had, until the last of them has ended. `plures sagas list {capability}` shows them.",
    )

    capability: str
    names: str


@dataclass(eq=False)
class SagaIdReused(PluresError):
    """The id of a saga came with other values before."""

    code = "sagas.id_reused"
    wording = Text(
        "Saga {saga} {id!r} cannot begin",
        why="one with this id has begun with other values",
        fix="Give each new saga an id of its own, and begin one again with the values that it had.",
    )

    saga: str
    id: str


@dataclass(eq=False)
class SagaNotBegun(PluresError):
    """No saga has begun with this id."""

    code = "sagas.not_begun"
    wording = Text(
        "Saga {saga} {id!r} has no result",
        why="none has begun with this id, or it was forgotten 14 days after its end",
        fix="Begin it with run() or start(); state() tells whether one has begun.",
    )

    saga: str
    id: str


@dataclass(eq=False)
class SagaUnknown(PluresError):
    """A service wants to begin something that is no saga of its own."""

    code = "sagas.unknown"
    wording = Text(
        "Capability {capability!r} cannot begin {what}",
        why="it is no method with @saga(...) of this capability's service",
        fix="Pass the method itself: `await self.sagas.start(self.ordering, id, …)`.",
    )

    capability: str
    what: str


@dataclass(eq=False)
class RunInWrite(PluresError):
    """A service waits for a saga inside of a transaction."""

    code = "sagas.run_in_write"
    wording = Text(
        "Capability {capability!r} cannot wait for saga {saga} here",
        why="the running task is in a write() or session() of its database, and the saga would wait for that to end",
        fix="Call run() outside of it; or start(), which begins the saga when the transaction commits.",
    )

    capability: str
    saga: str


@dataclass(eq=False)
class StepUnfit(PluresError):
    """A saga wants to take a step that it could not take again after a crash."""

    code = "sagas.step_unfit"
    wording = Text("{step} cannot be a step of a saga", why="{problem}", fix="{remedy}")

    step: str
    problem: str
    remedy: str


class Suspended(BaseException):
    """The saga leaves the memory until it is due again.

    Attributes:
        wait_s: Seconds until then.
        failed: So many attempts of its step have failed in a row.
        reason: How the last of them failed.
    """

    def __init__(self, wait_s: float, failed: int = 0, reason: str = "") -> None:
        super().__init__()
        self.wait_s = wait_s
        self.failed = failed
        self.reason = reason


class Halted(BaseException):
    """A saga that is taken back has come to the first step that it had not finished."""


class Lost(BaseException):
    """Another worker has this saga now, or an operator has changed what becomes of it."""


class NotKept(BaseException):
    """The database did not take what was to be noted, or it is not known whether it did."""
