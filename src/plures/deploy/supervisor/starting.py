"""From the settings of a run to how its replicas are started."""

from collections.abc import Callable

from plures.topology import Plan, ResolvedProcess, Settings

from .children import Preload, Preloading, ProcessContext, can_fork
from .logs import Lines, output_lines
from .options import REPLICA, SupervisorOptions


def preloading(
    plan: Callable[[], Plan], settings: Settings, options: SupervisorOptions, lines: Lines, say: Callable[[str], None]
) -> Preloading:
    """What starts the replicas of a run.

    Args:
        plan: Gives the one of the moment.
        say: Told what a user must know.
    """

    def is_shared(context: ProcessContext) -> bool:
        alike = (each for each in plan().processes.values() if each.ours and _has_environment(each, context))
        return sum(each.replicas.max for each in alike) > 1

    preload = Preload(
        program=options.preloaded if can_fork() and options.replica == REPLICA else (),
        application=settings.application if settings.preload else "",
        logs=settings.logs,
        limit_s=options.start_limit_s,
    )
    return Preloading(preload, options.replica, output=output_lines(lines), is_shared=is_shared, say=say)


def _has_environment(process: ResolvedProcess, context: ProcessContext) -> bool:
    return process.environment == context.environment and process.withheld == context.withheld
