"""The order of classes: each after those that it names, as far as they do not name one another."""

from collections.abc import Mapping

from plures.compat import Record

from .types import used


def in_order(messages: Mapping[str, Record]) -> tuple[list[str], set[str]]:
    """The names in the order of their classes, and all of them as what is still to come."""
    order: list[str] = []
    seen: set[str] = set()
    for start in messages:
        # Without recursion: a file of others may nest ten thousand messages.
        stack = [(start, iter(_needed(messages, start)))] if start not in seen else []
        seen.add(start)
        while stack:
            name, needed = stack[-1]
            following = next((each for each in needed if each not in seen), None)
            if following is None:
                order.append(name)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(_needed(messages, following))))
    return order, set(order)


def _needed(messages: Mapping[str, Record], name: str) -> list[str]:
    fields = messages[name].fields.values()
    return [each for field in fields for each in used(field.type) if each in messages]
