"""Types of a contract in words, with links to the messages that they name."""

from collections.abc import Iterable, Mapping
from typing import Final

from plures.compat import ABSENT, Choice, Contract, Field, ListOf, MapOf, Named, OneOf, Scalar, TupleOf, Type

from .html import Html, joined, tag

_WORDS: Final = {
    "ge": "at least {}",
    "gt": "more than {}",
    "le": "at most {}",
    "lt": "less than {}",
    "multiple_of": "a multiple of {}",
    "min_length": "length at least {}",
    "max_length": "length at most {}",
    "pattern": "like {}",
}


def type_html(type_: Type, contract: Contract) -> Html:  # noqa: PLR0911 - a table of cases
    """A type, with its bounds behind it."""
    match type_:
        case Scalar(kind=kind, bounds=bounds):
            return joined(tag("code", kind), _bounds(bounds))
        case Choice(values=values):
            return joined("one of ", _listed([tag("code", each) for each in values]))
        case Named(name=name):
            is_known = name in contract.messages or name in contract.enums
            return tag("a", tag("code", name), href=f"#type-{name}") if is_known else tag("code", name)
        case ListOf(item=item, bounds=bounds):
            return joined("list of ", type_html(item, contract), _bounds(bounds))
        case MapOf(value=value):
            return joined("map from text to ", type_html(value, contract))
        case TupleOf(parts=parts):
            return joined("list of ", _listed([type_html(each, contract) for each in parts]))
        case OneOf(members=members):
            named = [joined(tag("code", key), " (", type_html(each, contract), ")") for key, each in members.items()]
            return joined("one of ", _listed(named))


def fields_html(fields: Mapping[str, Field], contract: Contract) -> Html:
    """The fields of a message or of a request."""
    return tag("ul", *(_field(key, each, contract) for key, each in fields.items()), class_="fields")


def _field(key: str, field: Field, contract: Contract) -> Html:
    marks = [tag("span", "required", class_="mark")] if field.required else []
    marks += [tag("span", "may be null", class_="mark quiet")] if field.nullable else []
    default = (
        joined(" Default: ", tag("code", str(field.default) or '""'), ".") if field.default is not ABSENT else None
    )
    number = tag("span", f"no. {field.number}", class_="quiet") if field.number else None
    return tag(
        "li",
        tag("strong", tag("code", key)), " ", type_html(field.type, contract), *(joined(" ", each) for each in marks), default, " ", number,
        tag("p", field.doc) if field.doc else None,
    )  # fmt: skip


def _bounds(bounds: Mapping[str, object]) -> Html:
    said = [joined(*_put(_WORDS.get(name, f"{name} {{}}"), tag("code", str(each)))) for name, each in bounds.items()]
    return joined(", ", _listed(said)) if said else joined()


def _put(words: str, value: Html) -> tuple[str, Html, str]:
    before, _, after = words.partition("{}")
    return before, value, after


def _listed(parts: Iterable[Html]) -> Html:
    known = list(parts)
    return joined(*(joined(", " if number else None, each) for number, each in enumerate(known)))
