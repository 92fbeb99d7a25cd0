"""The figures of the policy on calls, with their defaults. Their reasons, beside those of others: docs/adr/0027-resilience.md"""

from collections.abc import Mapping

import msgspec
from msgspec import structs


class Policy(msgspec.Struct, frozen=True):
    """What calls of one capability are subject to.

    Attributes:
        attempts: How often a call is sent at most, the first time included.
        retry_budget: Repeats of a client as a share of its calls, beside one a second.
        failures_in_a_row: So many calls in a row that get no answer leave a replica out for a while; 0 for never.
        heartbeat_s: A replica that owes an answer, and does not even answer a heartbeat so long, is left out; 0 for no heartbeats.
        least_at_once: Calls that a replica works on at once in any case, where it limits itself.
        most_at_once: Calls of one operation that a replica works on at once at most.
        queue_s: So long a call waits for others to end, before it is refused.
        threads: `def` methods that a replica works on at once, those left out that wait for a call.
        pack_bytes: Requests and answers with at least so many bytes are packed on the wire; 0 for none.
        binary: Whether its calls over the wire are in the binary form, where both sides have the same lock file.
    """

    attempts: int = 3
    retry_budget: float = 0.1
    failures_in_a_row: int = 5
    heartbeat_s: float = 0.5
    least_at_once: int = 4
    most_at_once: int = 200
    queue_s: float = 0.2
    threads: int = 40
    pack_bytes: int = 0
    binary: bool = False


def policy_of(figures: Mapping[str, float]) -> Policy:
    """The policy with these figures, by name, and the defaults of all others."""
    return structs.replace(Policy(), **figures)
