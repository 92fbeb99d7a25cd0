"""Replaces what runs by the code as it is on disk now: the code is looked at first, then the replicas are replaced one after the other.

What is looked at is looked at by a process of its own, since this one has imported the code of before.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from plures.deploy.errors import CodeUnfit
from plures.topology import ApplicationFacts, ResolvedProcess, ResolvedTopology

from .changing import with_names_of
from .rehearsing import rehearse
from .restarting import restart

if TYPE_CHECKING:
    from .applying import Applied

_AGAIN = "End it with `plures stop`, and start it again with `plures run`."


async def roll_out(
    applied: "Applied",
    processes: Sequence[str],
    named: Callable[[str, ApplicationFacts | None], ResolvedTopology],
    application: str,
    say: Callable[[str], None],
) -> None:
    """Replace the replicas of some processes, or of all.

    Args:
        named: Gives a topology for these facts, by its name.
        application: Import string, `package.module:name`.
        say: Told of each replica.

    Raises:
        CodeUnfit: The code cannot be imported, or has other capabilities. Nothing has changed.
        NoSuchReplica: There is no such process. Nothing has changed.
        RestartHalted: A new replica could not start. Those after it run the code of before.
    """
    supervisor, now = applied.supervisor, applied.topology
    facts = await rehearse(application, lambda line: supervisor.say("plures", line))
    say("the code on disk can be imported, and fits the topology")
    differs = facts != applied.facts
    if differs:
        then = with_names_of(now, named(now.name, facts))
        if then.homes != now.homes or then.edge_home != now.edge_home or then.processes.keys() != now.processes.keys():
            raise CodeUnfit("it has other capabilities, or plures.toml places them elsewhere by now", _AGAIN)
        kept = {name: _as_it_runs(then.processes[name], now.processes[name]) for name in now.processes}
        await applied.take(replace(then, processes=kept), facts)
    await restart(supervisor, processes, say)
    if differs and not processes:
        await applied.taken()


def _as_it_runs(then: ResolvedProcess, now: ResolvedProcess) -> ResolvedProcess:
    """What the other code says of a process; how many there are and what it is given stay."""
    return replace(then, replicas=now.replicas, environment=now.environment)
