"""Events and sagas that wait or are parked in one replica, as the dashboard shows them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from plures.errors import PluresError
from plures.events import State, operations
from plures.host.eventing import Outbox, counted
from plures.host.sagas import SagaDesk, sagas_counted
from plures.sagas import State as SagaState
from plures.sagas import operations as of_sagas

_MOST: Final = 200


async def waiting(outboxes: Mapping[str, Outbox], desks: Mapping[str, SagaDesk]) -> dict[str, list[Any]]:
    """Subscriptions with their backlog, sagas that have not ended, and what of both is parked and why; of the capabilities that are here."""
    subscriptions = await counted(outboxes)
    sagas = await sagas_counted(desks)
    return {
        "subscriptions": [{"publisher": name, **each} for name, some in subscriptions.items() for each in some],  # type: ignore[dict-item]
        "parked": await _parked(outboxes),
        "sagas": [{"capability": name, **each} for name, some in sagas.items() for each in some],  # type: ignore[dict-item]
        "parked_sagas": await _parked_sagas(desks),
    }


async def _parked(outboxes: Mapping[str, Outbox]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, outbox in outboxes.items():
        with suppress(PluresError, OSError):
            parked = await operations.failed(outbox.database, operations.Filter(states=(State.PARKED,)), most=_MOST)
            found += [
                {
                    "publisher": name,
                    "subscription": each.subscription,
                    "event": each.type or str(each.sequence),
                    "key": each.key,
                    "attempts": each.attempts,
                    "reason": each.error,
                }
                for each in parked
            ]
    return found


async def _parked_sagas(desks: Mapping[str, SagaDesk]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, desk in desks.items():
        with suppress(PluresError, OSError):
            parked = await of_sagas.listed(desk.database, of_sagas.Filter(states=(SagaState.PARKED,)), most=_MOST)
            found += [
                {
                    "capability": name,
                    "saga": each.saga,
                    "id": each.id,
                    "step": each.step,
                    "attempts": each.attempts,
                    "reason": each.error,
                }
                for each in parked
            ]
    return found
