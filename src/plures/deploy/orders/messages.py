"""What is said at the socket of orders: one JSON object a line; an order or a question one way, and what happens, and how it ended, the other."""

from collections.abc import Mapping

import msgspec

from plures.errors import Violation


class Apply(msgspec.Struct, frozen=True, tag="apply"):
    """Become another topology of plures.toml, as it is written there now."""

    topology: str


class Restart(msgspec.Struct, frozen=True, tag="restart"):
    """Replace the replicas of some processes, one after the other.

    Attributes:
        processes: Their names; all that run here where there is none.
        anew: Whether it is a rollout: the code is looked at before, as it is on disk now.
    """

    processes: tuple[str, ...] = ()
    anew: bool = False


class Scale(msgspec.Struct, frozen=True, tag="scale"):
    """Have so many replicas of processes. 0: as many as their load needs, from now on again."""

    replicas: Mapping[str, int]


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """Answer everything that was asked, and end."""


class Show(msgspec.Struct, frozen=True, tag="show"):
    """Say what runs. It is answered at once, also while an order is carried out."""


class Said(msgspec.Struct, frozen=True, tag="said"):
    """Something has happened."""

    text: str


class Alive(msgspec.Struct, frozen=True, tag="alive"):
    """Nothing has happened, and the order is still being carried out."""


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The order is carried out."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It is not; the fields of the `PluresError` say why.

    Attributes:
        what: Where there are violations: what has them.
    """

    code: str
    what: str
    why: str = ""
    fix: str = ""
    violations: tuple[Violation, ...] = ()


class ReplicaShown(msgspec.Struct, frozen=True):
    """One replica, or a place for one.

    Attributes:
        name: Process and number, `search.1`.
        state: `starting`, `ready`, `draining`, `restarting` or `stopped`.
        since: When that began, in seconds since 1970.
        why: What a restart is for.
        pid: None where no process is there.
        restarts: How often a process that had died was replaced.
        url: Where its capabilities answer.
    """

    name: str
    state: str
    since: float
    why: str = ""
    pid: int | None = None
    restarts: int = 0
    url: str = ""


class ProcessShown(msgspec.Struct, frozen=True):
    """One process.

    Attributes:
        least: Replicas that there always are.
        most: Replicas that there may be.
        told: How many it was told to have; 0 where its load decides, or nothing does.
        runs: Its command line, or where it runs; empty where it runs this application.
    """

    name: str
    capabilities: tuple[str, ...]
    edge: bool
    replicas: tuple[ReplicaShown, ...]
    least: int = 1
    most: int = 1
    told: int = 0
    runs: str = ""


class Shown(msgspec.Struct, frozen=True, tag="shown"):
    """What runs.

    Attributes:
        doing: What it was told and has not done yet; empty where nothing is.
    """

    processes: tuple[ProcessShown, ...]
    doing: str = ""


Order = Apply | Restart | Scale | Stop
Question = Show
Answer = Said | Alive | Shown | Done | Failed
