"""Types in words."""

from .model import Choice, ListOf, MapOf, Named, OneOf, Scalar, TupleOf, Type


def show(type_: Type) -> str:  # noqa: PLR0911 - a table of cases
    """A type as people name it: `a list of Hit`."""
    match type_:
        case Scalar(kind=kind):
            return _kind(kind)
        case Choice(values=values):
            return "one of " + ", ".join(map(repr, values))
        case Named(name=name):
            return name
        case ListOf(item=item):
            return f"a list of {show(item)}"
        case MapOf(value=value):
            return f"a map of {show(value)}"
        case TupleOf(parts=parts):
            return f"a tuple of {', '.join(map(show, parts))}"
        case OneOf(members=members):
            return "one of " + ", ".join(members)


def _kind(kind: str) -> str:
    """Of what travels as text, the format says all."""
    family, _, form = kind.partition("/")
    if family == "text":
        return form or "string"
    return f"{family} ({form})" if form else family
