"""What differs between a contract as one side knows it and as the other one does, as far as they cannot talk then."""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from plures.compat import Change, Contract, Severity, Side, compare_contracts

_PROMISES: Final = frozenset(
    {
        "compat.stability_lowered",
        "compat.sunset_earlier",
        "compat.event_key_changed",
        "compat.number_changed",
        "compat.number_reused",
    }
)
"""What breaks a promise, and no conversation: those that differ in it understand each other."""

_TOLD: Final = frozenset({"compat.default_changed", "compat.error_status_changed"})
"""What breaks no conversation of ours: our callers send defaults, and know errors by their names."""

# Between two versions of one application, what is gone for the newer side has not come yet for the older one.
_NOT_YET: Final = {
    "compat.contract_removed": "it is not served there yet",
    "compat.operation_removed": "{name} is not there yet",
    "compat.field_removed": "{name} is not sent there yet",
    "compat.event_removed": "event {name} is not there yet",
    "compat.error_status_changed": "error {name} has status {after} there still",
}


class Difference(msgspec.Struct, frozen=True):
    """Something that keeps two sides from talking.

    Attributes:
        operations: The operations and events that meet it; empty for all of the contract.
        instead: How to change the contract so that both can.
    """

    code: str
    what: str
    operations: frozenset[str]
    side: Side
    instead: str

    def concerns(self, operation: str) -> bool:
        """Whether calls of this operation, or those that hear this event, meet it."""
        return not self.operations or operation in self.operations

    def called(self, known: Contract) -> "tuple[str, ...] | None":
        """The operations whose callers meet it; none for all of the contract, None where only those that hear its events do."""
        met = sorted(self.operations - known.events.keys())
        return None if self.operations and not met else tuple(met)


def differences(
    known: Contract, served: Contract | None, *, is_newer: bool, is_ours: bool = True
) -> Iterator[Difference]:
    """All that fails where one side knows a contract in one way and the other serves it in another.

    An experimental contract is forgiven nothing here: what promises nothing fails all the same.

    Args:
        known: As those know it that call, or that read events.
        served: As those serve it that are called, or that publish; None where they do not.
        is_newer: Whether those that know it are the newer side.
        is_ours: Whether they are processes of this application, and no programs of others.
    """
    passed_over = _PROMISES | _TOLD if is_ours else _PROMISES
    if served is None:
        what = _NOT_YET["compat.contract_removed"] if is_newer else "the contract is gone there"
        instead = "" if is_newer else f"Serve {known.name} until those are replaced that call it."
        yield Difference("compat.contract_removed", what, frozenset(), Side.BOTH, instead)
        return
    for change in compare_contracts(known, served):
        met = replace(change, is_forgiven=False)
        if met.severity is Severity.ERROR and met.rule.code not in passed_over:
            yield Difference(met.rule.code, _told(met, is_newer=is_newer), met.operations, met.side, met.instead)


def _told(change: Change, *, is_newer: bool) -> str:
    words = _NOT_YET.get(change.rule.code) if is_newer else None
    what = words.format(name=change.where, **change.values) if words else change.what
    return f"{what}: {change.rule.why}" if change.rule.why else what
