"""The keys of `replicas`: how many there are, and what decides that between min and max."""

from plures.scaling import Targets

from .key import Key, Table
from .policy import Figure

_DEFAULT = Targets()

MIN = Key("min", (int,), 1, "How many replicas run at least.", "min = 2")
MAX = Key[int | None](
    "max",
    (int,),
    None,
    "The most that may run, at least min. Between both, as many run as the load needs; left out: min. Programs of `command` stay at min.",
    "max = 4",
)
TARGET_CPU = Figure(
    "cpu",
    (int, float),
    _DEFAULT.cpu,
    "The part of a processor that each replica should use; where all together need more, more are started.",
    "cpu = 0.6",
    least=0.05,
    most=1,
    reason="a replica computes on one processor",
)
TARGET_IN_FLIGHT = Figure(
    "in_flight",
    (int, float),
    _DEFAULT.in_flight,
    "Calls and requests in progress that each replica should have at most, whether they compute or wait.",
    "in_flight = 20",
    least=1,
    most=10_000,
    reason="a replica that has none does nothing",
)
COOL_DOWN_S = Figure(
    "cool_down_s",
    (int, float),
    _DEFAULT.cool_down_s,
    "For so many seconds, fewer replicas must have been enough before one is stopped.",
    "cool_down_s = 300",
    least=1,
    most=86_400,
    reason="replicas take longer to start than load takes to come back",
)
REPLICAS = Key[int | Table](
    "replicas",
    (int, dict),
    1,
    "How many replicas run.",
    "replicas = 2",
    (MIN, MAX, TARGET_CPU, TARGET_IN_FLIGHT, COOL_DOWN_S),
)
