"""Events and sagas that wait or are parked in one replica, as the dashboard shows them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from plures.contract import read_contract
from plures.errors import PluresError
from plures.events import State, operations
from plures.host.eventing import EventAdmin, Outbox, counted
from plures.host.sagas import SagaDesk, sagas_counted

_MOST: Final = 200
_EVENTS: Final = read_contract(EventAdmin)[0].operations


async def waiting(outboxes: Mapping[str, Outbox], desks: Mapping[str, SagaDesk]) -> dict[str, Any]:
    """Subscriptions with their backlog, what is parked and why, and sagas that have not ended; of the capabilities that are here."""
    subscriptions = await counted(outboxes)
    sagas = await sagas_counted(desks)
    return {
        "resubmit": _EVENTS["resubmit"].path,
        "subscriptions": [{"publisher": name, **each} for name, some in subscriptions.items() for each in some],  # type: ignore[dict-item]
        "parked": await _parked(outboxes),
        "sagas": [{"capability": name, **each} for name, some in sagas.items() for each in some],  # type: ignore[dict-item]
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
