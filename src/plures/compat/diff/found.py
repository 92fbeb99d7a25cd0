"""What the comparison notes of one message, before it is known on which side callers meet it."""

from collections.abc import Mapping

import msgspec

from plures.compat.rules import ChangeRule


class Found(msgspec.Struct, frozen=True):
    """A rule and the place within a message where its change was found."""

    rule: ChangeRule
    where: str
    values: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])


def found(rule: ChangeRule, where: str, before: object = "", after: object = "") -> Found:
    """Note a change from one thing to another one."""
    return Found(rule, where, {"before": str(before), "after": str(after)})
