"""What a decision on a new version is made from, and what it says."""

from collections.abc import Mapping
from enum import Enum

import msgspec


class Figures(msgspec.Struct, frozen=True):
    """What one replica has done since it is watched.

    Attributes:
        calls: Calls and requests that have ended.
        faults: Those of them that failed; declared errors are answers.
        took: Upper bound in seconds → how many took no longer than that, and longer than the bound before.
    """

    calls: int = 0
    faults: int = 0
    took: Mapping[float, int] = msgspec.field(default_factory=dict[float, int])


class Sample(msgspec.Struct, frozen=True):
    """What was measured of replicas of both versions since they are watched, at the same time.

    Attributes:
        for_s: For how long.
        silent: New replicas that do not answer.
    """

    for_s: float
    new: tuple[Figures, ...]
    old: tuple[Figures, ...]
    silent: int = 0


class Limits(msgspec.Struct, frozen=True):
    """When a new version is worse, and when it was watched for long enough.

    Attributes:
        worse: By so much more of all calls may fail: 0.01 is one of a hundred.
        slower: So many times as long may calls take, at the median, for nine of ten and for ninety-nine of a hundred.
        false_halts: The chance that a version which is like the old one is halted, however often it is looked at.
        least: Calls of either version before anything is said.
        enough: Calls of either version before it goes on.
        watch_s: It goes on after this time at the earliest.
    """

    worse: float = 0.01
    slower: float = 1.25
    false_halts: float = 0.01
    least: int = 20
    enough: int = 500
    watch_s: float = 60.0


class Verdict(Enum):
    """What is to be done with the new version."""

    GO_ON = "go on"
    WAIT = "wait"
    HALT = "halt"


class Memory(msgspec.Struct, frozen=True):
    """What one decision leaves for the next one. It begins empty.

    Attributes:
        looks: How often the versions were compared.
        calls: Calls of the new one at the last comparison.
        silent: How many samples in a row a new replica has not answered.
    """

    looks: int = 0
    calls: int = 0
    silent: int = 0


class Decision(msgspec.Struct, frozen=True):
    """What to do.

    Attributes:
        why: In words, for people.
    """

    verdict: Verdict
    why: str
    memory: Memory
