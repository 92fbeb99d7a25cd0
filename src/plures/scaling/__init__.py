"""Layer 2: how many replicas a process should have, as one pure decision.

    values    what is decided from, and what is decided
    demand    how much work arrives, and how much will when what is started now is ready
    deciding  both together: `decide`

It reads no clock and starts nothing: the supervisor of local processes does, and passes on what it has measured. `plures.simulation` plays whole days with it.
Decisions: docs/adr/0064-scaling.md
"""

from .deciding import decide
from .values import Decision, Memory, Sample, Targets

__all__ = ["Decision", "Memory", "Sample", "Targets", "decide"]
