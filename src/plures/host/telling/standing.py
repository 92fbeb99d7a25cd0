"""How calls stand in one replica: what they are subject to, what it admits, and what it knows of replicas elsewhere.

All of it is read when a person or a tool asks; nothing is counted for it.
"""

from collections.abc import Iterable, Iterator, Mapping
from time import monotonic

from msgspec import structs

from plures.access import Access, CallerKind
from plures.runtime import Capacity, Endpoint, Gate, Policy, RemoteCaller
from plures.topology import Policies


def policy_told(policies: Policies, capability: str) -> dict[str, object]:
    """Each figure of the policy on calls of a capability, with where it comes from."""
    told = policies.of(capability)
    return {
        field.name: {"value": told.get(field.name, field.default), "from": _origin(policies, capability, field.name)}
        for field in structs.fields(Policy)
    }


def places_told(capacity: Capacity) -> dict[str, object]:
    """How many calls at once the event loop of the process has turns for."""
    return {"places": int(capacity.places), "inside": capacity.inside, "waiting": capacity.are_waiting}


def admission_told(gate: Gate) -> dict[str, object]:
    """What a gate lets in, and how many it has refused so far; of each kind of calls that have come."""
    return {
        "refused": gate.refused,
        "lanes": [
            {
                "name": name.removeprefix("/"),
                "inside": lane.inside,
                "limit": int(lane.limit.value),
                "usual_s": round(lane.limit.usual_s, 6),
            }
            for name, lane in gate.lanes.items()
        ],
    }


def callers_told(access: Access | None) -> list[dict[str, object]] | None:
    """Who may call over the wire, and what; None where no listener checks it. Their tokens are not among it."""
    if access is None:
        return None
    return [
        {
            "name": caller.name,
            "kind": caller.kind.value,
            "may_call": ["*"] if caller.kind is CallerKind.TOOLS else [*caller.may_call],
            "may_deliver_to": [*caller.may_deliver_to],
        }
        for caller in access.callers
        # What may send its spans alone calls nothing.
        if caller.kind is CallerKind.TOOLS or caller.may_call or caller.may_deliver_to
    ]


def published_told(access: Access | None) -> list[dict[str, object]]:
    """What pages of other sites may call at the public listener of this replica."""
    return [
        {
            "name": caller.name,
            "origins": [*caller.origins],
            "may_call": [*caller.may_call],
            "needs_token": bool(caller.digest),
        }
        for caller in (() if access is None else access.pages)
    ]


def calls_told(
    callers: Mapping[str, Iterable[RemoteCaller]], by_reference: Iterable[str]
) -> Iterator[dict[str, object]]:
    """How the capabilities are called that this replica has clients of.

    Args:
        callers: Capability → what calls it over the wire.
        by_reference: Capabilities that are called in this process, where there is nothing to repeat and to leave out.
    """
    now = monotonic()
    for capability, each in callers.items():
        some = [*each]
        yield {
            "capability": capability,
            "how": "over the wire",
            "replicas": [_replica(endpoint, now) for endpoint in some[0].endpoints.known],
            "budget_left": round(sum(caller.budget.left for caller in some), 1),
            "critical_budget_left": round(sum(caller.critical_budget.left for caller in some), 1),
        }
    for capability in by_reference:
        yield {"capability": capability, "how": "by reference"}


def _replica(endpoint: Endpoint, now: float) -> dict[str, object]:
    state, for_s = endpoint.standing(now)
    return {
        "url": endpoint.url,
        "state": state,
        "for_s": round(for_s, 3),
        "under_way": len(endpoint.attempts),
        "failures_in_a_row": endpoint.failures,
    }


def _origin(policies: Policies, capability: str, figure: str) -> str:
    if figure in policies.capabilities.get(capability, {}):
        return f"[capabilities.{capability}.policy] of plures.toml"
    return "[policy] of plures.toml" if figure in policies.everywhere else "default"
