"""Two OpenAPI documents, before and after: operations, who may call them, what goes in and what comes out."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from msgspec.structs import replace

from plures.compat import rules
from plures.compat.changes import Change, Side
from plures.compat.diff import Walk

from .operations import Answer, Api, ApiOperation, Security, day_of

_MOST_PLACES: Final = 100
"""In a document of thousands of schemas that refer to each other, a change is met everywhere: all places of all changes fill the memory."""
# One more way to fail is that, and no form of an answer that callers must know.
_RULES_OF_ERRORS: Final = {rules.VARIANT_ADDED: rules.ERROR_ADDED, rules.VARIANT_REMOVED: rules.ERROR_REMOVED}
_BODY_OF_ERROR: Final = re.compile(r" (?:[45]\d\d|[45]XX|default) [^ ]+\.body", re.IGNORECASE)


def compare_apis(old: Api, new: Api, *, today: date) -> tuple[Change, ...]:
    """All that changed.

    Args:
        today: An operation may be gone from the day after its sunset on.
    """
    return tuple(_Comparison(old, new, today).changes())


class _Comparison:
    def __init__(self, old: Api, new: Api, today: date) -> None:
        self._old, self._new, self._today = old, new, today
        self._schemes = _same_schemes(old.schemes, new.schemes)
        self._sent = Walk(old.sent, new.sent, most_places=_MOST_PLACES)
        self._received = Walk(old.received, new.received, most_places=_MOST_PLACES)

    def changes(self) -> Iterator[Change]:
        for server in self._old.servers:
            if server not in self._new.servers:
                yield self._change(rules.SERVER_REMOVED, "servers", before=server)
        for name, before in self._old.operations.items():
            after = self._new.operations.get(name)
            if after is not None:
                yield from self._operation(name, before, after)
            elif not self._has_set(before):
                yield self._change(rules.OPERATION_REMOVED, name)
        for name in self._new.operations:
            if name not in self._old.operations:
                yield self._change(rules.OPERATION_ADDED, name)
        parameters = {each.parameters for each in self._old.operations.values()}
        for walk in (self._sent, self._received):
            for side, each, places in walk.results():
                rule = _RULES_OF_ERRORS.get(each.rule, each.rule) if _tells_an_error(each.where) else each.rule
                change = Change(rule, self._old.title, side, each.where, places, each.values)
                yield _default(change) if each.where.rpartition(".")[0] not in parameters else change

    def _has_set(self, operation: ApiOperation) -> bool:
        sunset = day_of(operation.sunset)
        return operation.deprecated and sunset is not None and sunset < self._today

    def _operation(self, name: str, old: ApiOperation, new: ApiOperation) -> Iterator[Change]:
        if new.deprecated and not old.deprecated:
            yield self._change(rules.OPERATION_DEPRECATED, name)
        sunsets = day_of(old.sunset), day_of(new.sunset)
        if sunsets[0] is not None and sunsets[1] is not None and sunsets[1] < sunsets[0]:
            yield self._change(rules.SUNSET_EARLIER, name, str(sunsets[0]), str(sunsets[1]))
        if old.is_repeatable and not new.is_repeatable:
            yield self._change(rules.REPEATING_CHANGED, name, "safe to repeat", "not said to be safe to repeat")
        yield from self._security(name, old.security, new.security)
        for parameter, style in old.styles.items():
            if new.styles.get(parameter, style) != style:
                yield self._change(rules.STYLE_CHANGED, f"{name} {parameter}", style, new.styles[parameter])
        # A webhook is the other way round: callers receive what it sends.
        sent, received = Side.REQUEST, Side.RESPONSE
        if " webhook " in name:
            sent, received = received, sent
        self._sent.start(sent, f"{name} request", old.parameters, new.parameters)
        yield from self._body(name, sent, old, new)
        yield from self._answers(name, received, old.answers, new.answers)

    def _body(self, name: str, side: Side, old: ApiOperation, new: ApiOperation) -> Iterator[Change]:
        if not old.bodies and new.bodies:
            rule = rules.FIELD_ADDED_REQUIRED if new.body_required else rules.FIELD_ADDED
            yield self._change(rule, f"{name} body", side=side)
            return
        yield from self._medias(self._sent, side, f"{name} request", old.bodies, new.bodies)

    def _medias(
        self, walk: Walk, side: Side, place: str, old: Mapping[str, str], new: Mapping[str, str]
    ) -> Iterator[Change]:
        for media, message in old.items():
            other = new.get(media) or (_ranging(media, new) if walk is self._sent else None)
            if other is None and walk is self._received:
                # An answer of a media type within a range that was declared keeps the promise.
                other = next((each for kind, each in new.items() if _is_within(kind, media)), None)
            if other is None:
                yield self._change(rules.MEDIA_TYPE_REMOVED, place, media, side=side)
            else:
                walk.start(side, place, message, other)
        if old:
            for media in new:
                if media not in old:
                    yield self._change(rules.MEDIA_TYPE_ADDED, place, after=media, side=side)

    def _answers(self, name: str, side: Side, old: Mapping[str, Answer], new: Mapping[str, Answer]) -> Iterator[Change]:
        only_default = not any(map(_succeeds, old))
        for status, before in old.items():
            succeeds = _succeeds(status) or (status == "DEFAULT" and only_default)
            after = _counterpart(status, new) or (
                new.get("DEFAULT") if succeeds and not any(map(_succeeds, new)) else None
            )
            if after is not None:
                yield from self._answer(f"{name} {status}", side, before, after)
            elif succeeds and not (status == "DEFAULT" and any(map(_succeeds, new))):
                yield self._change(rules.RESPONSE_REMOVED, name, status.lower(), side=side)
            elif status != "DEFAULT":
                yield self._change(rules.ERROR_REMOVED, name, status.lower(), side=side)
        for status, after in new.items():
            if not old or status == "DEFAULT" or _counterpart(status, old) is not None:
                continue
            if "DEFAULT" in old and (only_default or not _succeeds(status)):
                yield from self._answer(f"{name} {status}", side, old["DEFAULT"], after)
            else:
                rule = rules.RESPONSE_ADDED if _succeeds(status) else rules.ERROR_ADDED
                yield self._change(rule, name, after=status.lower(), side=side)

    def _answer(self, place: str, side: Side, old: Answer, new: Answer) -> Iterator[Change]:
        self._received.start(side, place, old.headers, new.headers)
        yield from self._medias(self._received, side, place, old.bodies, new.bodies)

    def _security(self, name: str, old: Security, given: Security) -> Iterator[Change]:
        new = tuple(frozenset((self._schemes.get(scheme, scheme), scope) for scheme, scope in way) for way in given)
        refused = tuple(way for way in old if not any(other <= way for other in new))
        if refused:
            yield self._change(rules.SECURITY_ADDED, name, _shown(refused), _shown(new))
        added = tuple(way for way in new if not any(other <= way for other in old))
        if added and not refused:
            yield self._change(rules.SECURITY_RELAXED, name, after=_shown(added))

    def _change(
        self, rule: rules.ChangeRule, where: str, before: str = "", after: str = "", *, side: Side = Side.BOTH
    ) -> Change:
        return Change(rule, self._old.title, side, where, (where,), {"before": before, "after": after})


def _default(change: Change) -> Change:
    """In a body, a default that was not declared before, or is not any more, may have been meant all along."""
    is_declared = change.rule is rules.DEFAULT_CHANGED and "nothing" in change.values.values()
    return replace(change, rule=rules.DEFAULT_DECLARED) if is_declared else change


def _tells_an_error(where: str) -> bool:
    """Whether a place is the whole body of an answer that tells an error."""
    return _BODY_OF_ERROR.search(where) is not None and where.endswith(".body")


def _counterpart(status: str, answers: Mapping[str, Answer]) -> Answer | None:
    """The answer of that status, of the range that it is in, or of one that is in it."""
    found = answers.get(status) or answers.get(f"{status[0]}XX")
    if found is None and status.endswith("XX"):
        return next((each for other, each in answers.items() if other[0] == status[0]), None)
    return found


def _succeeds(status: str) -> bool:
    return status[0] in "123"


def _is_within(media: str, wide: str) -> bool:
    return wide == "*/*" or (wide.endswith("/*") and media.startswith(wide[:-1]))


def _ranging(media: str, bodies: Mapping[str, str]) -> str | None:
    """The body of a range of media types that this one is in."""
    return next((each for wide, each in bodies.items() if _is_within(media, wide)), None)


def _same_schemes(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """The names of schemes that the old document has, by those of the new one: callers see what a scheme is, not its name."""
    names: dict[str, str] = {}
    for name, kind in new.items():
        if name in old:
            names[name] = name if old[name] == kind else f"{name} ({kind})"
        else:
            free = (each for each, other in old.items() if other == kind and each not in new)
            names[name] = next((each for each in free if each not in names.values()), name)
    return names


def _shown(security: Security) -> str:
    return " or ".join(" and ".join(_way(way)) or "nothing" for way in security)


def _way(way: frozenset[tuple[str, str]]) -> list[str]:
    return [f"scope {scope} of {scheme}" if scope else scheme for scheme, scope in sorted(way)]
