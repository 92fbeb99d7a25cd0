"""What is kept of a saga: the instance, and the steps that it has taken. Knows bytes and names, no code."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final

from plures.runtime import Reply


class State(StrEnum):
    """What becomes of a saga."""

    RUNNING = "running"
    COMPENSATING = "compensating"
    COMPLETED = "completed"
    COMPENSATED = "compensated"
    PARKED = "parked"


OPEN = (State.RUNNING, State.COMPENSATING)
"""Those that go on by themselves."""
ENDED = (State.COMPLETED, State.COMPENSATED)


@dataclass(frozen=True, slots=True)
class Instance:
    """One saga. Times are in milliseconds since 1970.

    Attributes:
        body: The JSON of what it was begun with.
        was: Its state before it was parked.
        step: The last that it began.
        attempts: How often that has failed in a row.
        due_at: When it goes on.
        deadline_at: When it is taken back; 0 for never.
        is_final: Whether it has passed its point of no return.
        status: Of the answer, or of the declared error that it ended with; 0 where there is none.
        answer: The JSON of that.
        error: Why it is taken back or parked, or how its last attempt failed.
        failed_at: The step at which it turned back.
        worker: Who has it in hand; empty where it waits.
        context: The JSON of the request context in which it began; empty where there was none.
    """

    saga: str
    id: str
    version: int
    body: str
    request_id: str
    started_at: int
    changed_at: int
    state: State = State.RUNNING
    was: State = State.RUNNING
    step: str = ""
    attempts: int = 0
    due_at: int = 0
    deadline_at: int = 0
    is_final: bool = False
    status: int = 0
    answer: str = ""
    error: str = ""
    failed_at: str = ""
    worker: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A step that has ended, or the taking back of one.

    Attributes:
        number: Of the step: "3" is the third that the saga makes, "3/2/1" the first that the second task makes which began after that.
        outcome: Of a failed step: "not sent" where it has certainly done nothing, also in an earlier attempt.
        lasts: Whether its loss in a crash of the machine could do harm: a command with a key is answered again as it was.
        place: In the order in which they ended.
    """

    number: str
    name: str
    status: int
    answer: str
    outcome: str = ""
    is_undo: bool = False
    lasts: bool = True
    place: int = 0

    @property
    def reply(self) -> Reply:
        """As it would travel."""
        return Reply(self.status, self.answer.encode(), self.outcome or None)


def recorded(
    number: str, name: str, reply: Reply, *, is_undo: bool = False, lasts: bool = True, place: int = 0
) -> Record:
    """A step that ended with this reply."""
    return Record(number, name, reply.http_status, reply.body.decode(), reply.outcome or "", is_undo, lasts, place)


def instance_of(row: Any) -> Instance:
    """A row as an instance."""
    fields: dict[str, Any] = {name: getattr(row, name) for name in Instance.__slots__}
    fields |= {"state": _state(row.state), "was": _state(row.was), "is_final": bool(row.is_final)}
    if row.state not in set(State):
        fields["error"] = f"its state is {row.state!r}, which this version of Plures does not know"
    return Instance(**fields)


_values: Final[Callable[[Instance], tuple[Any, ...]]] = attrgetter(*Instance.__slots__)


def row_of(instance: Instance) -> dict[str, Any]:
    """An instance as the values of a row."""
    values = dict(zip(Instance.__slots__, _values(instance), strict=True))
    return {**values, "state": instance.state.value, "was": instance.was.value, "is_final": int(instance.is_final)}


def _state(value: Any) -> State:
    return State(value) if value in set(State) else State.PARKED
