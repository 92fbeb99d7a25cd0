"""Which migrations a rollout brings, and which of them the version that still runs would not survive."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from plures.data import Migration, check_contract_steps

from .talking import Change
from .values import Concern, Conflict, Newer, Place

_OLDER: Final = "rollout.older_than_its_database"
_EARLY: Final = "rollout.contract_step_too_early"


class Pending(msgspec.Struct, frozen=True):
    """A migration that the first new replica of a process runs, or `plures data migrate` before it.

    Attributes:
        contracts: It takes something away that an earlier version needs: there is no way back to that one afterwards.
    """

    capability: str
    process: str
    version: int
    name: str
    contracts: bool


def pending(change: Change, migrations: Mapping[str, Sequence[Migration]]) -> tuple[Pending, ...]:
    """The migrations that the version which runs does not know.

    Args:
        migrations: Capability → all of its migrations in the version that comes.
    """
    return tuple(
        Pending(capability, place.name, each.version, each.name, each.contract_step)
        for place, capability, known in _kept(change)
        for each in migrations.get(capability, ())
        if each.version > known
    )


def schemas(change: Change, migrations: Mapping[str, Sequence[Migration]]) -> Iterator[Conflict]:
    """All that the version which still runs would not survive of the migrations. Where it ends before they run, nothing is in its way.

    Args:
        migrations: As in `pending`.
    """
    for place, capability, known in _kept(change):
        coming = migrations.get(capability, ())
        if known > len(coming):
            what = f"its database has run {known} migrations, and the version that comes knows {len(coming)}"
            fix = "Go forward: let the code that comes have them too, and make undone what is wrong by a migration of its own."
            yield _conflict(place, capability, _OLDER, what, fix)
        if place.alone or known >= len(coming):
            continue
        for violation in check_contract_steps(capability, coming, known):
            yield _conflict(place, capability, violation.code, f"{violation.where} {violation.what}", violation.fix)
        marked = {each.version for each in coming if each.contract_step and each.version > known + 1}
        unmarked = [replace(each, contract_step=False) if each.version in marked else each for each in coming]
        already = set(check_contract_steps(capability, coming, known))
        for violation in check_contract_steps(capability, unmarked, known) if marked else ():
            if violation not in already:
                what = f"{violation.where} {violation.what}, and the version that runs knows {known} only: what prepares it comes with it"
                fix = f"Roll out the version before it first, with the migrations from {known + 1} on that prepare it."
                yield _conflict(place, capability, _EARLY, what, fix)


def _kept(change: Change) -> Iterator[tuple[Place, str, int]]:
    """Each capability that has data and is replaced where it runs, with the last migration that the running version knows."""
    for place in change.places:
        known = change.running.of(place.name).declared.schemas
        for capability in place.capabilities if not place.stays else ():
            if capability in place.hosted and capability in known:
                yield place, capability, known[capability]


def _conflict(place: Place, capability: str, code: str, what: str, fix: str) -> Conflict:
    return Conflict(
        Concern.DATA, Newer.NONE, capability, place.name, capability, place.name, "", "", code, what, "", fix
    )
