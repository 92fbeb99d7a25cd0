"""What a running application shows of its components: read from the store of telemetry, as measured values. Gives no judgement."""

from .period import COARSE_S, FINE_S
from .processors import BUSY_CORES
from .values import EDGE, Deaths, Failing, Load, Period, Talk, Watched
from .watch import WatchRequest, watch

__all__ = [
    "BUSY_CORES",
    "COARSE_S",
    "EDGE",
    "FINE_S",
    "Deaths",
    "Failing",
    "Load",
    "Period",
    "Talk",
    "WatchRequest",
    "Watched",
    "watch",
]
