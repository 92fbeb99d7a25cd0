"""Which events would not be heard while the old and the new version of an application run side by side.

Events of the old version wait in its database, and are delivered later: by its new version, to a new one too.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from .meeting import differences
from .talking import Change
from .values import Concern, Conflict, Newer, Place, Version

_NO_HANDLER: Final = "rollout.no_handler"
_KEEP: Final = (
    "Go on reading the event as it was, and change it when none of that form is left: plures events shows which wait."
)
_KEEP_HANDLER: Final = (
    "Keep the handler under its name until the events that wait for it are delivered: plures events shows which."
)
_TWO_STEPS: Final = "Roll out the subscriber first, in a release of its own."


def events(change: Change) -> Iterator[Conflict]:
    """All that keeps events from being heard: of each subscriber, what it gets from an older and from a newer publisher."""
    for place in change.places:
        old = change.running.of(place.name)
        for subscriber in place.capabilities if not place.stays else ():
            for handler, event in change.comes.declared.hears.get(subscriber, {}).items():
                yield from _from_older(change, place, (subscriber, handler, event))
        for subscriber in place.hosted:
            yield from _unheard(change, place, subscriber)
            for handler, event in old.declared.hears.get(subscriber, {}).items():
                yield from _from_newer(change, place, (subscriber, handler, event))
        for subscriber in place.hosted:
            yield from _not_heard_yet(change, place, subscriber, old)


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


def _unheard(change: Change, place: Place, subscriber: str) -> Iterator[Conflict]:
    """Handlers that the old publisher delivers to, and the new subscriber has no more."""
    if place.stays:
        return
    has = change.comes.declared.hears.get(subscriber, {})
    for handler, event in change.running.of(place.name).declared.hears.get(subscriber, {}).items():
        publisher = change.running.of(place.name).homes.get(event.rpartition(".")[0], "")
        source = change.now(publisher)
        if handler not in has and source is not None:
            # One that is replaced first stops delivering, but for what waits.
            first = "" if source.stays or source.name == place.name else source.name
            if source.name != place.name or not place.alone:
                yield _handler(Newer.CALLEE, (publisher, source.name), (subscriber, handler, place.name), event, first)
        elif source is not None and has[handler] != event:
            yield _handler(Newer.CALLEE, (publisher, source.name), (subscriber, handler, place.name), event, "")


def _not_heard_yet(change: Change, place: Place, subscriber: str, old: Version) -> Iterator[Conflict]:
    """Handlers that the new publisher delivers to, and the old subscriber does not have yet."""
    had: Mapping[str, str] = old.declared.hears.get(subscriber, {})
    for handler, event in change.comes.declared.hears.get(subscriber, {}).items():
        contract = event.rpartition(".")[0]
        publisher = change.comes.homes.get(contract, "")
        source = change.then(publisher)
        if handler not in had and source is not None and not source.stays and _meet(source, place):
            first = "" if place.stays or source.name == place.name else place.name
            yield _handler(Newer.CALLER, (publisher, source.name), (subscriber, handler, place.name), event, first)


def _meet(source: Place, place: Place) -> bool:
    """Whether a publisher and a subscriber of two versions run at once: in one process, only where replicas overlap."""
    return source.name != place.name or not place.alone


def _handler(
    newer: Newer, publisher: tuple[str, str], subscriber: tuple[str, str, str], event: str, first: str
) -> Conflict:
    contract, _, name = event.rpartition(".")
    capability, handler, process = subscriber
    missing = "has no such handler any more" if newer is Newer.CALLEE else "does not have that handler yet"
    what = f"{capability} {missing}: what is delivered to it is tried again, and parked"
    fix = _KEEP_HANDLER if newer is Newer.CALLEE else _TWO_STEPS
    return Conflict(
        Concern.EVENT,
        newer,
        *publisher,
        f"{capability}.{handler}",
        process,
        contract,
        name,
        _NO_HANDLER,
        what,
        first,
        fix,
    )
