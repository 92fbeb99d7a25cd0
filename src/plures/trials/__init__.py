"""Layer 9: tests of a contract. Requests are drawn from it, and what a service makes of them is held against it.

    trial        what a test must know that the contract does not say: `Trial`
    generating   values of all types, within bounds and just outside of them
    asking       sends requests, by a client or to an address; `heard` is what came back
    drawing      runs Hypothesis
    examining    the rules, for one operation
    expecting    what tests of consumers expect
    findings     what is told of a broken rule
    check        `check_contract`

Hypothesis is imported where a test begins, and not before.
"""

from .check import Effort, Elsewhere, NoSuchOperation, check_contract, hold_to_contract
from .examined import Examined
from .findings import ContractBroken, Finding
from .trial import Trial

__all__ = [
    "ContractBroken",
    "Effort",
    "Elsewhere",
    "Examined",
    "Finding",
    "NoSuchOperation",
    "Trial",
    "check_contract",
    "hold_to_contract",
]
