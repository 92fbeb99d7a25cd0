"""Two versions of the contracts of an application, before and after."""

from collections.abc import Iterator, Mapping
from datetime import date

from plures.compat import rules
from plures.compat.changes import Change, Side
from plures.compat.model import ANY_HEADERS, Contract, Operation
from plures.contract import Stability

from .found import Found, found
from .walk import Walk

_ORDER = (Stability.EXPERIMENTAL, Stability.STABLE)


def compare(old: Mapping[str, Contract], new: Mapping[str, Contract], *, today: date) -> tuple[Change, ...]:
    """All that changed between two sets of contracts, by their names.

    Args:
        today: A contract may be gone from the day after its sunset on.
    """
    changes: list[Change] = []
    for name, before in old.items():
        if name in new:
            changes.extend(compare_contracts(before, new[name]))
        elif not _has_set(before, today):
            changes.append(_change(before, Side.BOTH, Found(rules.CONTRACT_REMOVED, name)))
    changes.extend(
        _change(each, Side.BOTH, Found(rules.CONTRACT_ADDED, name)) for name, each in new.items() if name not in old
    )
    return tuple(changes)


def compare_contracts(old: Contract, new: Contract) -> tuple[Change, ...]:
    """All that changed between two versions of one contract."""
    return () if old == new else tuple(_changes(old, new))


def _has_set(contract: Contract, today: date) -> bool:
    return contract.stability is Stability.EXPERIMENTAL or (contract.sunset is not None and contract.sunset < today)


def _change(contract: Contract, side: Side, what: Found, places: tuple[str, ...] = ()) -> Change:
    is_forgiven = contract.stability is Stability.EXPERIMENTAL
    return Change(what.rule, contract.name, side, what.where, places, what.values, is_forgiven=is_forgiven)


def _changes(old: Contract, new: Contract) -> Iterator[Change]:
    for each in _standing(old, new):
        yield _change(old, Side.BOTH, each)
    walk = Walk(old, new)
    for name, before in old.operations.items():
        after = new.operations.get(name)
        if after is None:
            yield _change(old, Side.BOTH, found(rules.OPERATION_REMOVED, name), (name,))
            continue
        for each in _operation(name, before, after):
            yield _change(old, Side.BOTH if each.rule is not rules.ERROR_ADDED else Side.RESPONSE, each, (name,))
        walk.start(Side.REQUEST, f"{name} request", before.request, after.request)
        walk.start(Side.RESPONSE, f"{name} response", before.answer, after.answer)
        yield from _headers(old, name, after, walk)
        yield from _limits(old, name, after)
        for error in before.errors:
            if error in after.errors:
                walk.start(Side.RESPONSE, f"{name} error {error}", old.errors[error].message, new.errors[error].message)
    for name in new.operations.keys() - old.operations.keys():
        yield _change(old, Side.BOTH, found(rules.OPERATION_ADDED, name), (name,))
    yield from _failures(old, new)
    yield from _happenings(old, new, walk)
    for side, each, places in walk.results():
        yield _change(old, side, each, places)


def _standing(old: Contract, new: Contract) -> Iterator[Found]:
    """What concerns all operations: the name on the wire, the owner, the promise and its end."""
    name = old.name
    if old.service != new.service:
        yield found(rules.SERVICE_RENAMED, name, old.service, new.service)
    if old.owner != new.owner:
        yield found(rules.OWNER_CHANGED, name, old.owner, new.owner)
    if old.stability is not new.stability:
        words = old.stability.value, new.stability.value
        if new.stability is Stability.DEPRECATED:
            yield found(rules.DEPRECATED, name, *words)
        elif new.stability is Stability.EXPERIMENTAL:
            yield found(rules.STABILITY_LOWERED, name, *words)
        else:
            yield found(rules.STABILITY_RAISED, name, *words)
    if old.sunset is not None and new.sunset is not None and new.sunset < old.sunset:
        yield found(rules.SUNSET_EARLIER, name, old.sunset, new.sunset)


def _operation(name: str, old: Operation, new: Operation) -> Iterator[Found]:
    if old.streams != new.streams:
        words = {False: "answers once", True: "answers a stream"}
        yield found(rules.STREAMING_CHANGED, name, words[old.streams], words[new.streams])
    before, after = _repeating(old), _repeating(new)
    if before != after:
        rule = rules.REPEATING_CHANGED if after[0] < before[0] else rules.REPEATABLE
        yield found(rule, name, before[1], after[1])
    if old.deadline_s != new.deadline_s:
        rule = rules.DEADLINE_SHORTENED if new.deadline_s < old.deadline_s else rules.DEADLINE_RAISED
        yield found(rule, name, f"{old.deadline_s:g}", f"{new.deadline_s:g}")
    if old.cache_control != new.cache_control:
        # A shared cache also keeps what others asked for: to allow it makes answers older as well.
        is_longer = new.cache_s > old.cache_s or (new.cache_s and new.cache > old.cache)
        rule = rules.CACHED_LONGER if is_longer else rules.CACHED_LESS
        yield found(rule, name, old.cache_control or "not at all", new.cache_control or "not at all")
    for error in old.errors:
        if error not in new.errors:
            yield found(rules.ERROR_REMOVED, name, error)
    for error in new.errors:
        if error not in old.errors:
            yield found(rules.ERROR_ADDED, name, after=error)


def _limits(contract: Contract, name: str, new: Operation) -> Iterator[Change]:
    """How large its messages may be: as with bounds, a lower limit is felt by who sends, and a higher one by who reads."""
    old = contract.operations[name]
    for side, what, before, after in (
        (Side.REQUEST, "request", old.max_request_bytes, new.max_request_bytes),
        (Side.RESPONSE, "response", old.max_response_bytes, new.max_response_bytes),
    ):
        if before != after:
            rule = rules.LIMIT_LOWERED if after < before else rules.LIMIT_RAISED
            yield _change(
                contract, side, found(rule, f"{name} {what}", f"{before:,}", f"{after:,}"), (f"{name} {what}",)
            )


def _headers(contract: Contract, name: str, new: Operation, walk: Walk) -> Iterator[Change]:
    """What travels beside the messages of an operation: classes of headers are compared as messages are."""
    old = contract.operations[name]
    for side, what, before, after in (
        (Side.REQUEST, "request headers", old.request_headers, new.request_headers),
        (Side.RESPONSE, "headers", old.headers, new.headers),
        (Side.RESPONSE, "trailers", old.trailers, new.trailers),
    ):
        place = f"{name} {what}"
        if before == ANY_HEADERS != after:
            yield _change(contract, side, found(rules.ANY_HEADERS_ENDED, place, after=after or "none"), (name,))
        elif after == ANY_HEADERS != before:
            rule = rules.ANY_HEADERS if before else rules.ANY_HEADERS_ADDED
            yield _change(contract, side, found(rule, place, before or "none"), (name,))
        elif before != ANY_HEADERS and (before or after):
            walk.start(side, place, before, after)


def _repeating(operation: Operation) -> tuple[int, str]:
    """How freely it may be repeated: a query may be cached too."""
    if operation.kind == "query":
        return 2, "a query"
    return (1, "an idempotent command") if operation.idempotent else (0, "a command that is not idempotent")


def _failures(old: Contract, new: Contract) -> Iterator[Change]:
    for name, before in old.errors.items():
        after = new.errors.get(name)
        if after is not None and after.status != before.status:
            operations = tuple(each for each, of in old.operations.items() if name in of.errors)
            yield _change(
                old, Side.RESPONSE, found(rules.STATUS_CHANGED, name, before.status, after.status), operations
            )


def _happenings(old: Contract, new: Contract, walk: Walk) -> Iterator[Change]:
    for name, before in old.events.items():
        after = new.events.get(name)
        if after is None:
            yield _change(old, Side.RESPONSE, found(rules.EVENT_REMOVED, name), (name,))
            continue
        if before.key != after.key:
            changed = found(rules.EVENT_KEY_CHANGED, name, before.key or "none", after.key or "none")
            yield _change(old, Side.RESPONSE, changed, (name,))
        walk.start(Side.RESPONSE, f"{name} event", before.message, after.message)
    for name in new.events.keys() - old.events.keys():
        yield _change(old, Side.RESPONSE, found(rules.EVENT_ADDED, name), (name,))
