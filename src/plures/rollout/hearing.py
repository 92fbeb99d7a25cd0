"""Which events would not be heard while the old and the new version of an application run side by side.

Events of the old version wait in its database, and are delivered later: by its new version, to a new one too.
"""

from collections.abc import Iterator
from typing import Final

from .meeting import differences
from .talking import Change
from .values import Concern, Conflict, Newer, Place

_OTHER_EVENT: Final = "rollout.handler_of_another_event"
_KEEP: Final = (
    "Go on reading the event as it was, and change it when none of that form is left: plures events shows which wait."
)
_RENAME: Final = "Give the handler of the other event a name of its own: what waits for this one is of the old event."
_TWO_STEPS: Final = "Roll out the subscriber first, in a release of its own."


def events(change: Change) -> Iterator[Conflict]:
    """All that keeps events from being heard: of each subscriber, what it gets from an older and from a newer publisher.

    A handler that is not there yet, or no more, is no conflict: what is delivered to it waits, and costs no attempt.
    """
    for place in change.places:
        had = change.running.of(place.name).declared.hears
        has = change.comes.declared.hears
        for subscriber in place.capabilities:
            before, after = had.get(subscriber, {}), has.get(subscriber, {})
            for handler in sorted(before.keys() & after.keys()) if not place.stays else ():
                if before[handler] == after[handler]:
                    yield from _from_older(change, place, (subscriber, handler, after[handler]))
                    yield from _from_newer(change, place, (subscriber, handler, before[handler]))
                else:
                    yield from _of_another(change, place, (subscriber, handler, before[handler]))
        for subscriber in place.hosted if place.stays else ():
            for handler, event in had.get(subscriber, {}).items():
                if has.get(subscriber, {}).get(handler) == event:
                    yield from _from_newer(change, place, (subscriber, handler, event))


def _from_older(change: Change, place: Place, heard: tuple[str, str, str]) -> Iterator[Conflict]:
    """Events that the old publisher has published, read by the new subscriber."""
    subscriber, handler, event = heard
    contract, _, name = event.rpartition(".")
    publisher = change.comes.homes.get(contract, "")
    source = change.now(publisher)
    known = change.comes.contracts.get(contract)
    if source is None or known is None:
        return
    written = change.running.of(source.name).contracts.get(contract)
    # What was never published waits nowhere.
    if written is None or name not in written.events:
        return
    for each in differences(known, written, is_newer=True):
        if name in each.operations:
            first = "" if source.stays or source.name == place.name else source.name
            yield Conflict(
                Concern.EVENT, Newer.CALLEE, publisher, source.name, f"{subscriber}.{handler}", place.name,
                contract, name, each.code, each.what, first, _KEEP,
            )  # fmt: skip


def _from_newer(change: Change, place: Place, heard: tuple[str, str, str]) -> Iterator[Conflict]:
    """Events that the new publisher publishes, read by the old subscriber."""
    subscriber, handler, event = heard
    contract, _, name = event.rpartition(".")
    old = change.running.of(place.name)
    publisher = old.homes.get(contract, "")
    source = change.then(publisher) or change.now(publisher)
    known = old.contracts.get(contract)
    if source is None or source.stays or known is None or not _meet(source, place):
        return
    for each in differences(known, change.comes.contracts.get(contract), is_newer=False):
        if each.concerns(name):
            first = "" if place.stays or source.name == place.name else place.name
            yield Conflict(
                Concern.EVENT, Newer.CALLER, publisher, source.name, f"{subscriber}.{handler}", place.name,
                contract, name, each.code, each.what, first, each.instead or _TWO_STEPS,
            )  # fmt: skip


def _of_another(change: Change, place: Place, heard: tuple[str, str, str]) -> Iterator[Conflict]:
    """A handler that takes another event now, and gets those that wait for it."""
    subscriber, handler, event = heard
    contract, _, name = event.rpartition(".")
    publisher = change.running.of(place.name).homes.get(contract, "")
    source = change.now(publisher)
    if source is not None:
        what = "the handler takes another event now, and what waits for it is of this one"
        yield Conflict(
            Concern.EVENT, Newer.CALLEE, publisher, source.name, f"{subscriber}.{handler}", place.name,
            contract, name, _OTHER_EVENT, what, "", _RENAME,
        )  # fmt: skip


def _meet(source: Place, place: Place) -> bool:
    """Whether a publisher and a subscriber of two versions run at once: in one process, only where replicas overlap."""
    return source.name != place.name or not place.alone
