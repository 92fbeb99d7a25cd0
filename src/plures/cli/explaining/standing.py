"""What the replicas of a run say of one operation: what holds for it, what they admit, and how its callers see each other."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec import structs

from plures.cli.finding import Callee
from plures.cli.listing import get_listing
from plures.contract import as_list, as_object
from plures.runtime import Broken, NotSent, Policy
from plures.tls import Recognising

# A replica that hangs holds up what is told of the others.
_TIMEOUT_S: Final = 1.0
_DEFAULTS: Final = {each.name: {"value": each.default, "from": "default"} for each in structs.fields(Policy)}


@dataclass(frozen=True)
class Standing:
    """How an operation stands.

    Attributes:
        policy: Figure → its value, and where it comes from.
        listings: Control address → what the replica there says; None where it says nothing within a second.
    """

    callee: Callee
    capability: str
    policy: Mapping[str, Mapping[str, Any]]
    listings: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict[str, Mapping[str, Any] | None])

    @property
    def figures(self) -> Mapping[str, float]:
        """What calls of the capability are subject to."""
        return {name: figure["value"] for name, figure in self.policy.items()}

    def told(self, deadline_s: float, origin: str) -> dict[str, Any]:
        """All of it, for people and programs.

        Args:
            origin: Where the deadline comes from.
        """
        operation = self.callee.operation
        holds = {
            "deadline_s": {"value": deadline_s, "from": origin},
            "criticality": {"value": operation.get("criticality", "normal"), "from": "contract"},
            "hedge_after_s": {"value": operation.get("hedge_after_s"), "from": "contract"},
            **self.policy,
        }
        return {
            "operation": operation["name"],
            "capability": self.capability,
            "kind": operation["kind"],
            "idempotent": operation["idempotent"],
            "holds": holds,
            "replicas": [self._replica(url) for url in self.callee.urls],
            "callers": [*self._callers()],
        }

    def _replica(self, url: str) -> dict[str, Any]:
        listing = self.listings.get(url)
        [admission] = [c.get("admission") for c in _contracts(listing, "contracts") if self._is_its(c)] or [None]
        lanes = as_list((as_object(admission) or {}).get("lanes")) or []
        of_it = [lane for lane in map(as_object, lanes) if lane and lane.get("name") == self.callee.operation["name"]]
        return {
            "url": url,
            "answers": listing is not None,
            "places": None if listing is None else listing.get("places"),
            "refused": None if admission is None else admission.get("refused"),
            "of_this_operation": next(iter(of_it), None),
        }

    def _callers(self) -> Sequence[dict[str, Any]]:
        told = [
            {"url": url, **call}
            for url, listing in self.listings.items()
            for call in map(as_object, as_list((listing or {}).get("calls")) or [])
            if call and call.get("capability") == self.capability
        ]
        return [{name: value for name, value in call.items() if name != "capability"} for call in told]

    def _is_its(self, contract: Mapping[str, Any]) -> bool:
        return contract.get("capability") == self.capability


async def standing_of(callee: Callee) -> Standing:
    """Ask all replicas of the run; those that do not answer are left out."""
    addresses = dict.fromkeys((*callee.control, *callee.urls))
    told = await asyncio.gather(*(_listing(at, callee.tokens.get(at, ""), callee.tls) for at in addresses))
    listings = dict(zip(addresses, told, strict=True))
    name = callee.operation["name"]
    for listing in listings.values():
        for contract in (*_contracts(listing, "contracts"), *_contracts(listing, "elsewhere")):
            if any(operation["name"] == name for operation in contract["operations"]):
                policy = as_object(contract.get("policy")) or _DEFAULTS
                return Standing(callee, contract["capability"], policy, listings)
    return Standing(callee, name.split(".")[-3], _DEFAULTS, listings)


async def _listing(at: str, token: str, tls: Recognising | None) -> Mapping[str, Any] | None:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            reply = await get_listing(at, token, tls)
        return as_object(json.loads(reply.body)) if reply.http_status == HTTPStatus.OK else None
    except (NotSent, Broken, TimeoutError, ValueError, RecursionError):
        return None


def _contracts(listing: Mapping[str, Any] | None, key: str) -> Sequence[Mapping[str, Any]]:
    return msgspec.convert((listing or {}).get(key, []), list[dict[str, Any]])
