"""All that is checked before a rollout, together: calls, events, sagas, migrations, and the order that follows."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import structs

from plures.data import Migration

from .hearing import events
from .migrating import Pending, pending, schemas
from .ordering import order_of
from .talking import Change, calls
from .underway import sagas
from .values import Conflict


class Verdict(msgspec.Struct, frozen=True):
    """Whether a rollout works, and how.

    Attributes:
        order: Processes, each replaced whole before the next one begins.
        waits: What the order takes care of: each says which process must be first.
        refused: What no order helps.
        migrations: Those that the new replicas run.
    """

    order: tuple[str, ...]
    waits: tuple[Conflict, ...]
    refused: tuple[Conflict, ...]
    migrations: tuple[Pending, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether it works in this order."""
        return not self.refused

    @property
    def any_order(self) -> bool:
        """Whether processes may be replaced in any order, and at once."""
        return self.passes and not self.waits


def judge(
    change: Change,
    migrations: Mapping[str, Sequence[Migration]],
    *,
    chosen: Sequence[str] = (),
    at_once: bool = False,
) -> Verdict:
    """What must be known before a rollout.

    Args:
        migrations: Capability → all of its migrations in the version that comes.
        chosen: The order that is to be taken; empty for one that works.
        at_once: All processes are replaced at the same time, in whatever order.
    """
    conflicts = _once([*calls(change), *events(change), *sagas(change), *schemas(change, migrations)])
    if at_once:
        conflicts = tuple(structs.replace(each, first="") for each in conflicts)
    order = order_of(change, conflicts, chosen)
    waits = tuple(each for each in conflicts if each.first and each not in order.impossible)
    return Verdict(order.processes, waits, order.impossible, pending(change, migrations))


def _once(conflicts: Sequence[Conflict]) -> tuple[Conflict, ...]:
    return tuple({structs.astuple(each): each for each in conflicts}.values())
