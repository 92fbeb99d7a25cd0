"""Values as YAML: what people would write, and what every reader of YAML 1.1 and 1.2 takes for the same value. Keys stay in their order."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"
"""What YAML has a form for."""

# Letters first, or a unit last, and nothing that could begin a comment, a key, a list or a number.
_PLAIN: Final = re.compile(
    r"(?:--|(?:\.\./)+)?[A-Za-z/][A-Za-z0-9_./@+-]*(?:[ :=,](?! )[A-Za-z0-9_./@+-]+)*|[1-9][0-9]*(?:m|Ki|Mi|Gi|%)"
)
_ELSE: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
_INDENT: Final = "  "
_BASIC: Final = 0xFFFF


def yaml_of(value: Value) -> str:
    """A document that holds the value. Maps and lists have a line for each of their parts; texts of several lines are written as such."""
    return "".join(f"{line}\n" for line in _lines(value))


def documents_of(values: Sequence[Value]) -> str:
    """A file with several documents."""
    return "---\n".join(map(yaml_of, values))


def _lines(value: Value) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, below in value.items():
            yield from _entry(f"{_text(key)}:", below, is_list=False)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for below in value:
            yield from _entry("-", below, is_list=True)
    else:
        yield _scalar(value)


def _entry(head: str, value: Value, *, is_list: bool) -> Iterator[str]:
    if isinstance(value, str) and _is_block(value):
        yield f"{head} |{'' if value.endswith(chr(10)) else '-'}"
        yield from (f"{_INDENT}{line}" if line else "" for line in value.removesuffix("\n").split("\n"))
    elif isinstance(value, str) or not isinstance(value, Mapping | Sequence) or not value:
        yield f"{head} {_scalar(value)}"
    elif is_list:
        first, *rest = _lines(value)
        yield f"{head} {first}"
        yield from (f"{_INDENT}{line}" if line else "" for line in rest)
    else:
        yield head
        # As people write it: a list stands below its key, not to the right of it.
        indent = _INDENT if isinstance(value, Mapping) else ""
        yield from (f"{indent}{line}" if line else "" for line in _lines(value))


def _scalar(value: Value) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, Sequence):
        return "[]"
    text = json.dumps(value)
    # Without a point, YAML 1.1 takes it for text.
    return text.replace("e", ".0e") if isinstance(value, float) and "." not in text else text


def _text(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.lower() not in _ELSE:
        return value
    # JSON's strings are YAML's double-quoted ones, but for characters that JSON writes as two.
    return "".join(each if each.isprintable() else _escaped(each) for each in json.dumps(value, ensure_ascii=False))


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number <= _BASIC else f"\\U{number:08x}"


def _is_block(value: str) -> bool:
    """Whether a text reads better as lines. A blank at the begin of the first would be taken for its indentation."""
    first, *more = value.removesuffix("\n").split("\n")
    is_clear = bool(first) and not first[0].isspace() and not value.endswith("\n\n")
    return bool(more) and is_clear and all(line.isprintable() and line == line.rstrip() for line in [first, *more])
