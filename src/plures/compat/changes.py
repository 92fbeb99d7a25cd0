"""What the comparison of two contracts finds: a change, the places where callers meet it, and how bad it is there."""

from collections.abc import Mapping
from enum import Enum

import msgspec
from msgspec.structs import replace

from .rules import ChangeRule, Severity


class Side(Enum):
    """Where callers meet a change: in what they send, in what they receive, or in both."""

    REQUEST = "request"
    RESPONSE = "response"
    BOTH = "both"


class Change(msgspec.Struct, frozen=True):
    """One change of a contract, on one side.

    Attributes:
        where: What changed, as `Hit.price`, `Find` or the name of the contract.
        places: Where callers meet it: `Find response.hits[].price`; the shortest way for each operation.
        values: What fills the names in braces of its rule.
        callers: Capabilities that declare to call it, and what else is known to.
        expected_by: Consumers whose recorded expectations it has to do with, each with a test.
        is_forgiven: Whether the contract is experimental, and promises nothing.
    """

    rule: ChangeRule
    contract: str
    side: Side
    where: str
    places: tuple[str, ...] = ()
    values: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    callers: tuple[str, ...] = ()
    expected_by: tuple[str, ...] = ()
    is_forgiven: bool = False

    @property
    def severity(self) -> Severity:
        """How bad it is for callers."""
        match self.side:
            case Side.REQUEST:
                severity = self.rule.request
            case Side.RESPONSE:
                severity = self.rule.response
            case Side.BOTH:
                severity = self.rule.worst
        return min(severity, Severity.WARNING) if self.is_forgiven else severity

    @property
    def what(self) -> str:
        """What changed, in a sentence without a full stop."""
        return self.rule.what.format_map(self._all_values)

    @property
    def instead(self) -> str:
        """How to change it so that no caller fails; empty where none does."""
        return self.rule.instead.format_map(self._all_values)

    @property
    def operations(self) -> frozenset[str]:
        """The operations and events whose callers meet it; empty for all of the contract."""
        return frozenset(place.partition(" ")[0] for place in self.places)

    def hitting(self, callers: tuple[str, ...]) -> "Change":
        """The same, with those that call it."""
        return replace(self, callers=callers)

    @property
    def _all_values(self) -> Mapping[str, str]:
        family, _, major = self.contract.rpartition(".v")
        following = f"{family}.v{int(major) + 1}" if major.isdecimal() else "a new major version"
        return {
            "name": self.where,
            "contract": self.contract,
            "next": following,
            "before": "",
            "after": "",
            **self.values,
        }
