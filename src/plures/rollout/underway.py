"""What sagas that have not ended would meet in the new version: code of theirs that is gone, answers of another form."""

from collections.abc import Iterator
from typing import Final

from plures.compat import Side

from .meeting import differences
from .talking import Change
from .values import Concern, Conflict, Newer, Open, Place

_GONE: Final = "rollout.saga_version_gone"
_WAIT: Final = "Wait until they have ended (plures sagas list shows them), or keep their version beside the new one: @saga(version=…)."
_KEEP: Final = "Wait until they have ended (plures sagas list shows them), or keep what their steps read of it."


def sagas(change: Change) -> Iterator[Conflict]:
    """All that keeps sagas of what runs from going on in what comes. They run again from their notes, and those are of the old version."""
    for open_ in change.running.sagas:
        place = change.then(open_.capability) or change.now(open_.capability)
        if place is not None and not place.stays and open_.many:
            yield from _of(change, place, open_)


def _of(change: Change, place: Place, open_: Open) -> Iterator[Conflict]:
    told = f"{open_.many} of version {open_.version} {'has' if open_.many == 1 else 'have'} not ended"
    known = change.comes.declared.sagas.get(open_.capability, {}).get(open_.saga, ())
    if open_.version not in known:
        what = f"there is no code for it any more, and {told}"
        yield Conflict(
            Concern.SAGA, Newer.CALLEE, open_.saga, place.name, open_.capability, place.name,
            "", open_.saga, _GONE, what, "", _WAIT,
        )  # fmt: skip
        return
    for contract in change.comes.declared.calls.get(open_.capability, ()):
        capability = change.comes.homes.get(contract, "")
        noted = change.running.of(place.name).contracts.get(contract)
        if noted is None:
            continue
        for each in differences(change.comes.contracts[contract], noted, is_newer=True):
            # What it has asked is no matter any more: what was answered is read again.
            operations = sorted(each.operations & noted.operations.keys())
            for operation in operations if each.side is not Side.REQUEST else ():
                what = f"{told}, and their notes hold answers of the old form: {each.what}"
                yield Conflict(
                    Concern.SAGA, Newer.CALLER, open_.saga, place.name, capability, place.name,
                    contract, operation, each.code, what, "", _KEEP,
                )  # fmt: skip
