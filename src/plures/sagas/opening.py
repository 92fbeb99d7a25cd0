"""The sagas of one capability, opened when its replica starts."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from time import time
from typing import Final

from plures.data import Database
from plures.runtime import ContextKind
from plures.telemetry import Telemetry

from .declaring import Definition
from .errors import SagaVersionGone
from .keeping import Journal, Kind, Spans, code, is_prepared, operations
from .pace import Pace
from .sagas import Sagas
from .worker import Worker

_LOG: Final = logging.getLogger("plures.sagas")


async def open_sagas(
    database: Database,
    capability: str,
    definitions: Sequence[Definition],
    *,
    clock: Callable[[], float] = time,
    server_clock: bool = True,
    pace: Pace = Pace(),  # noqa: B008 - it cannot be changed
    context: ContextKind | None = None,
    telemetry: Telemetry | None = None,
) -> tuple[Sagas, Worker]:
    """What a service begins its sagas with, and what runs them once it `serve`s the service.

    Args:
        clock: Seconds since 1970.
        server_clock: Whether the clock of the server counts, where there is one.
        pace: Shorter in tests.
        context: The request context of the application.
        telemetry: What each saga is noted in; None where no one reads it.

    Raises:
        SagaVersionGone: Sagas are under way whose code was taken out of the definitions.
    """
    journal = Journal(database, lease_s=pace.lease_s, clock=clock, server_clock=server_clock)
    journal.context = context
    await journal.prepare()
    await journal.show_alive()
    known = {definition.key: definition for definition in definitions}
    unknown = [kind for kind in await journal.unended() if kind not in known]
    if unknown:
        _sort_out(capability, unknown, known, await journal.seen())
    await journal.show_code(known)
    worker = Worker(capability, journal, known, pace=pace)
    worker.spans = Spans(capability, telemetry)
    return Sagas(capability, journal, worker, {each.method: each for each in definitions}), worker


def _sort_out(capability: str, unknown: Sequence[Kind], known: Collection[Kind], since: Mapping[Kind, float]) -> None:
    """Leave sagas of newer code alone: this replica may be the last of the old ones, or the first after a rollback."""
    newer = [kind for kind in unknown if code.is_newer(kind, known, since)]
    gone = [kind for kind in unknown if kind not in newer]
    if gone:
        raise SagaVersionGone(capability, _listed(gone))
    _LOG.warning(
        "sagas of %s are under way that newer code has begun: %s. This replica leaves them alone; one that has their code brings them on. "
        "`plures sagas status %s` tells how many have.",
        *(capability, _listed(newer), capability),
    )


def _listed(kinds: Sequence[Kind]) -> str:
    return ", ".join(f"{name} version {version}" for name, version in sorted(kinds))


async def check_none_left(database: Database, capability: str) -> None:
    """See that a capability whose code has no sagas any more has left none open.

    Raises:
        SagaVersionGone: It has.
    """
    if await is_prepared(database):
        gone = [(each.saga, each.version) for each in await operations.counts(database)]
        if gone:
            raise SagaVersionGone(capability, _listed(gone))
