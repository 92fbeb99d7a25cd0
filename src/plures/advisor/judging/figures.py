"""What convinces the advisor, and how often a finding held. Does not know how evidence is gathered or weighed.

What convinces was fixed before the held-out repositories were looked at: bench/advisor/registered.toml. How often a finding held was
measured by `python -m bench.advisor --role tuning`; docs/advisor/backtest.md says how well that holds elsewhere.
"""

from bisect import bisect_right

# Independence from which a component can leave without dragging half of the codebase along.
INDEPENDENT = 0.45
# A component with fewer lines is a library, not a service of its own.
SMALLEST_SPLIT_LINES = 300
# Share of a component's commits that changed a file which another team had changed within two weeks.
WAITING_SHARE = 0.05
# And so many of these commits in 24 months: fewer are chance.
WAITING_TIMES = 6
TEAMS = 2
# Share of a component's commits that touched no other component.
ALONE_SHARE = 0.8
# Share of two components' commits that touched both.
TOGETHER_SHARE = 0.5
TOGETHER_TIMES = 10
# Both changed together in so many of the last eight quarters.
LASTING_QUARTERS = 3
# Overlap of the people who change two components.
SAME_OWNERS = 0.7
SHARED_TABLES = 3
# Share of all components that import a component.
ENTANGLED_SHARE = 0.5
# Share of the components that a component knows with which nothing but events binds it. It decides no verdict, so nothing was measured for it.
EVENT_SHARE = 0.5
# What an event says for leaving two components apart, where they import one another besides.
BESIDE_CALLS = 0.5
# A dependency holds a component back when it has this share of the component's imports from and to others.
BINDING_SHARE = 0.15

# What a running application shows. These were chosen and not measured: no repository of the backtest comes with its telemetry, so no
# confidence is told of what rests on them. They are such that ordinary load, one bad minute and a few requests move nothing.
# Requests over an edge, and seconds with requests, from which on a figure is judged.
ENOUGH_REQUESTS = 300
ENOUGH_S = 300
# A component's share of the processor time of its process while that is busy, and ten-second slots, or five-minute ones, in which it was.
BUSY_SHARE = 0.5
BUSY_SLOTS = 6
# Its peak against its mean is so many times that of the rest: where all grow alike, replicas of the whole do as well.
PEAKIER = 1.5
# Meanwhile calls of others take so many times as long, and by so much longer.
SLOWER = 2.0
SLOWER_US = 5_000
# Or the event loop is late by so many seconds, and so many times as late as at other times: what is asked waits before it begins.
LATE_S = 0.1
LATER = 2.0
# Calls, or bytes, of one request over an edge; and the share of such a request that the way of its remote calls takes.
CHATTY_CALLS = 3.0
HEAVY_BYTES = 256 * 1024
WAY_SHARE = 0.2
# How far history must go towards convincing for it to count that the same people change both: three joint commits.
SOMETIMES_TOGETHER = 0.25
# Processors that two components may take at their peaks and still share a process.
TOGETHER_CORES = 0.7
# Failures of a component itself, their share of its calls, and slots in which they come; calls of others fail so many times as often then.
FAULTS = 20
FAULT_SHARE = 0.01
FAULT_SLOTS = 3
TROUBLED = 3.0
TROUBLED_SHARE = 0.01
# Deaths of a process, and how seldom chance alone would find calls of one component in flight at as many of them.
DEATHS = 3
BY_CHANCE = 0.05
# Share of requests that are turned away from which on it is no ordinary time.
TURNED_AWAY = 0.01
# What speaks for something and cannot convince, since a part of the observation is missing.
HINT = 0.9

# Upper bounds of bins of independence, and the share of the components in each bin that left within about four years: of 224
# components in eight tuning repositories, with one imagined case of either kind in each bin. There none below 0.40 left; of 96 such
# components in 17 other repositories 8 did, so the first bins promise no more than that.
_BOUNDS = (0.25, 0.40, 0.50, 0.60, 0.70)
_LEFT = (0.09, 0.09, 0.09, 0.18, 0.32, 0.53)

# Of the pairs that changed together in three of ten commits or more, the share that still did half as much a year later: 1 of 4,
# again with one imagined case of either kind. Coupling passes more often than one thinks.
STAYED_COUPLED = 0.33

# Of the components told to "split out", the share that did leave: 2 of 3 in the tuning repositories, 0 of 2 in those held out, and
# 2 of 5 elsewhere, which an earlier version told; with the same two imagined cases, rounded down.
SPLIT_WAS_RIGHT = 0.41

# How often pairs are put together was not measured. Two that were had been told to stay apart, so nothing is surer than this.
SUREST_OF_PAIRS = 0.9


def chance_of_leaving(independence: float) -> float:
    """Share of components of this independence that became projects of their own, 0 to 1."""
    return _LEFT[bisect_right(_BOUNDS, independence)]
