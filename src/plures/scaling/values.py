"""What a decision on replicas is made from, and what it says."""

from typing import Final

import msgspec

WINDOW_S: Final = 30.0
"""How far back what was measured counts."""

SHORT_S: Final = 6.0
"""What was measured since then is what goes on now, where it stands out from the rest."""


class Targets(msgspec.Struct, frozen=True):
    """Between which numbers of replicas to choose, and how busy each should be.

    Attributes:
        min: So many run in any case.
        max: No more than these run in any case.
        cpu: Part of a processor that each replica uses when there are as many as there should be.
        in_flight: Calls and requests in progress in each of them then.
        cool_down_s: For so long, fewer must have been enough before one is stopped.
    """

    min: int = 1
    max: int = 1
    cpu: float = 0.75
    in_flight: float = 64.0
    cool_down_s: float = 60.0


class Sample(msgspec.Struct, frozen=True):
    """What was measured of all replicas of a process together since the last sample.

    Attributes:
        at_s: When, on any clock that does not go back.
        wanted: How many replicas there are to be, as the last decision has it; those that start are counted, those that stop are not.
        ready: Replicas that answer.
        silent: Replicas that answer, and have not said lately how they do.
        arrived: Calls and requests a second that came, refused ones included. None where nothing is known, as for the next ones.
        finished: Of these, a second, what was done.
        cpu: Processors used: 1.5 is one and a half.
        in_flight: In progress or waiting at the end.
        starts_in_s: How long a replica takes from its start until it is ready.
    """

    at_s: float
    wanted: int
    ready: int
    silent: int = 0
    arrived: float | None = None
    finished: float | None = None
    cpu: float | None = None
    in_flight: float | None = None
    starts_in_s: float = 1.0


class Memory(msgspec.Struct, frozen=True):
    """What one decision leaves for the next one. It begins empty.

    Attributes:
        samples: What was measured lately, oldest first.
        enough: Moment → how many replicas would have been enough then.
    """

    samples: tuple[Sample, ...] = ()
    enough: tuple[tuple[float, int], ...] = ()


class Decision(msgspec.Struct, frozen=True):
    """How many replicas there are to be.

    Attributes:
        why: In words, for people; empty where the number stays.
    """

    replicas: int
    why: str
    memory: Memory
