"""The one place for what each call is subject to, in process and over the wire, at the caller and at the callee.

    admitting   a deadline, a number of hops, a criticality: of every call
    budget      how many calls a client may send once more
    repeating   which failed calls are sent once more, and when
    settings    the figures, and their defaults
    sizes       how large messages may be

Source of the figures: docs/adr/0027-resilience.md
"""

from .admitting import MAX_HOPS, accept, admit, out_of_time, too_many_hops
from .budget import RetryBudget
from .repeating import Repeats
from .settings import Policy, policy_of
from .sizes import (
    MAX_BODY_BYTES,
    answer_too_large,
    check_answer,
    check_error,
    check_request,
    request_too_large,
    too_large,
)

__all__ = [
    "MAX_BODY_BYTES",
    "MAX_HOPS",
    "Policy",
    "Repeats",
    "RetryBudget",
    "accept",
    "admit",
    "answer_too_large",
    "check_answer",
    "check_error",
    "check_request",
    "out_of_time",
    "policy_of",
    "request_too_large",
    "too_large",
    "too_many_hops",
]
