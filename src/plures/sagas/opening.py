"""The sagas of one capability, opened when its replica starts."""

from collections.abc import Callable, Sequence
from time import time

from plures.data import Database

from .declaring import Definition
from .errors import SagaVersionGone
from .keeping import Journal, is_prepared, operations
from .pace import Pace
from .sagas import Sagas
from .worker import Worker


async def open_sagas(
    database: Database,
    capability: str,
    definitions: Sequence[Definition],
    *,
    clock: Callable[[], float] = time,
    server_clock: bool = True,
    pace: Pace = Pace(),  # noqa: B008 - it cannot be changed
) -> tuple[Sagas, Worker]:
    """What a service begins its sagas with, and what runs them once it `serve`s the service.

    Args:
        clock: Seconds since 1970.
        server_clock: Whether the clock of the server counts, where there is one.
        pace: Shorter in tests.

    Raises:
        SagaVersionGone: Sagas are under way that the definitions lack.
    """
    journal = Journal(database, lease_s=pace.lease_s, clock=clock, server_clock=server_clock)
    await journal.prepare()
    await journal.show_alive()
    known = {definition.key: definition for definition in definitions}
    gone = [f"{name} version {version}" for name, version in await journal.unended() if (name, version) not in known]
    if gone:
        raise SagaVersionGone(capability, ", ".join(sorted(gone)))
    worker = Worker(capability, journal, known, pace=pace)
    return Sagas(capability, journal, worker, {each.method: each for each in definitions}), worker


async def check_none_left(database: Database, capability: str) -> None:
    """See that a capability whose code has no sagas any more has left none open.

    Raises:
        SagaVersionGone: It has.
    """
    if await is_prepared(database):
        gone = [f"{each.saga} version {each.version}" for each in await operations.counts(database)]
        if gone:
            raise SagaVersionGone(capability, ", ".join(gone))
