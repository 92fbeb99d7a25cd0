"""What the test of one operation comes to."""

from dataclasses import dataclass, field

from .findings import Finding


@dataclass
class Examined:
    """What one operation was asked.

    Attributes:
        requests: How many that the contract allows.
        refusals: How many that it does not allow.
        expectations: How many of those that consumers' tests recorded.
        skipped: Why it was not called; empty where it was.
    """

    operation: str
    requests: int = 0
    refusals: int = 0
    expectations: int = 0
    skipped: str = ""
    findings: list[Finding] = field(default_factory=list[Finding])
