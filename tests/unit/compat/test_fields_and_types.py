"""Each rule about fields, types and bounds: what it says in what callers send, and in what they receive."""

import pytest

from plures.compat.model import ABSENT, Choice, Enumeration, Field, ListOf, MapOf, Named, OneOf, Record, Scalar, TupleOf
from plures.compat.rules import ERROR, OK, WARN, Severity

from .given import TEXT, in_answer, in_request

INT, FLOAT = Scalar("int64"), Scalar("double")
OPTIONAL = Field(TEXT, required=False)
CARD, CASH = {"card": Named("Card")}, {"cash": Named("Cash")}
KINDS = {
    "messages": {"Card": Record({"number": Field(TEXT)}), "Cash": Record({"coins": Field(INT)})},
    "enums": {"Sort": Enumeration({"NAME": 1, "PRICE": 2})},
}


def number(**bounds: object) -> Scalar:
    return Scalar("int64", bounds)


TABLE = [
    ("required_field_added", None, TEXT, ERROR, OK),
    ("optional_field_added", None, OPTIONAL, OK, OK),
    ("field_removed", TEXT, None, WARN, ERROR),
    ("optional_field_removed", OPTIONAL, None, WARN, WARN),
    ("became_required", OPTIONAL, TEXT, ERROR, OK),
    ("became_optional", TEXT, OPTIONAL, OK, ERROR),
    ("became_nullable", TEXT, Field(TEXT, nullable=True), OK, ERROR),
    ("no_longer_nullable", Field(TEXT, nullable=True), TEXT, ERROR, OK),
    ("default_changed", Field(INT, required=False, default=1), Field(INT, required=False, default=2), ERROR, ERROR),
    ("default_changed", Field(INT, required=False), Field(INT, required=False, default=2), ERROR, ERROR),
    ("number_changed", Field(TEXT, 2), Field(TEXT, 3), ERROR, ERROR),
    ("type_changed", Scalar("int32"), INT, ERROR, ERROR),
    ("type_changed", INT, Scalar("int32"), ERROR, ERROR),
    ("type_changed", INT, FLOAT, ERROR, ERROR),
    ("type_changed", TEXT, INT, ERROR, ERROR),
    ("type_changed", TEXT, Scalar("timestamp"), ERROR, ERROR),
    ("type_changed", TEXT, ListOf(TEXT), ERROR, ERROR),
    ("type_changed", ListOf(TEXT), TEXT, ERROR, ERROR),
    ("type_changed", ListOf(TEXT), MapOf(TEXT), ERROR, ERROR),
    ("type_changed", ListOf(TEXT), ListOf(INT), ERROR, ERROR),
    ("type_changed", MapOf(TEXT), MapOf(INT), ERROR, ERROR),
    ("type_changed", TupleOf((INT, INT)), TupleOf((INT, TEXT)), ERROR, ERROR),
    ("type_changed", TupleOf((INT, INT)), TupleOf((INT, INT, INT)), ERROR, ERROR),
    ("type_changed", Named("Card"), TEXT, ERROR, ERROR),
    ("type_changed", Named("Card"), Named("Sort"), ERROR, ERROR),
    ("type_widened", Scalar("uuid"), TEXT, OK, ERROR),
    ("type_widened", Choice(("a", "b")), TEXT, OK, ERROR),
    ("type_widened", Named("Sort"), TEXT, OK, ERROR),
    ("type_narrowed", TEXT, Scalar("uuid"), ERROR, OK),
    ("type_narrowed", TEXT, Choice(("a", "b")), ERROR, OK),
    ("type_narrowed", TEXT, Named("Sort"), ERROR, OK),
    ("moved_into_union", Named("Card"), OneOf(CARD | CASH), ERROR, ERROR),
    ("type_changed", OneOf(CARD | CASH), Named("Card"), ERROR, ERROR),
    ("enum_value_removed", Choice(("a", "b")), Choice(("a",)), ERROR, OK),
    ("closed_value_added", Choice(("a",)), Choice(("a", "b")), OK, ERROR),
    ("variant_added", OneOf(CARD), OneOf(CARD | CASH), OK, ERROR),
    ("variant_removed", OneOf(CARD | CASH), OneOf(CARD), ERROR, OK),
    ("tag_changed", OneOf(CARD | CASH, "kind"), OneOf(CARD | CASH, "type"), ERROR, ERROR),
    ("bound_added", INT, number(ge=0), ERROR, OK),
    ("bound_added", TEXT, Scalar("string", {"max_length": 9}), ERROR, OK),
    ("bound_added", TEXT, Scalar("string", {"pattern": "a+"}), ERROR, OK),
    ("bound_added", ListOf(TEXT), ListOf(TEXT, {"max_length": 9}), ERROR, OK),
    ("bound_tightened", number(ge=0), number(ge=1), ERROR, OK),
    ("bound_tightened", number(ge=0), number(gt=0), ERROR, OK),
    ("bound_tightened", number(le=9), number(le=8), ERROR, OK),
    ("bound_tightened", Scalar("double", {"le": 9}), Scalar("double", {"lt": 9}), ERROR, OK),
    ("bound_tightened", number(multiple_of=3), number(multiple_of=6), ERROR, OK),
    ("bound_tightened", ListOf(number(ge=0)), ListOf(number(ge=1)), ERROR, OK),
    ("bound_loosened", number(ge=1), number(ge=0), OK, ERROR),
    ("bound_loosened", number(le=9), INT, OK, ERROR),
    ("bound_loosened", Scalar("string", {"pattern": "a"}), TEXT, OK, ERROR),
    ("bound_loosened", number(multiple_of=6), number(multiple_of=3), OK, ERROR),
]


@pytest.mark.parametrize(("rule", "before", "after", "request_", "answer"), TABLE)
def test_a_change_is_as_bad_as_the_table_says_on_each_side(
    rule: str, before: object, after: object, request_: Severity, answer: Severity
) -> None:
    assert in_request(before, after, **KINDS) == {rule: request_}
    assert in_answer(before, after, **KINDS) == {rule: answer}


@pytest.mark.parametrize("same", [each for row in TABLE for each in row[1:3] if each is not None])
def test_what_did_not_change_is_no_change(same: object) -> None:
    assert in_request(same, same, **KINDS) == {}
    assert in_answer(same, same, **KINDS) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (number(gt=0), number(ge=1)),
        (number(lt=10), number(le=9)),
        (number(ge=0), number(ge=0.0)),
        (Field(TEXT, 0), Field(TEXT, 4)),
    ],
)
def test_what_means_the_same_is_no_change(before: object, after: object) -> None:
    assert in_request(before, after) == {}
    assert in_answer(before, after) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (number(multiple_of=4), number(multiple_of=6)),
        (Scalar("string", {"pattern": "a"}), Scalar("string", {"pattern": "b"})),
    ],
)
def test_of_bounds_that_cannot_be_ordered_each_may_allow_more(before: object, after: object) -> None:
    assert in_request(before, after) == {"bound_tightened": ERROR, "bound_loosened": OK}
    assert in_answer(before, after) == {"bound_tightened": OK, "bound_loosened": ERROR}


def test_a_field_with_another_name_in_the_same_place_is_renamed() -> None:
    from .given import severities, shop

    old, new = shop(answer={"a": Field(INT), "b": Field(TEXT)}), shop(answer={"a": Field(INT), "c": Field(TEXT)})
    assert severities(old, new) == {"field_renamed": ERROR}
    old, new = shop(request={"a": Field(INT, 1)}), shop(request={"b": Field(TEXT), "c": Field(INT, 1)})
    assert severities(old, new) == {"field_renamed": ERROR, "required_field_added": ERROR}


def test_a_number_that_another_field_once_had_is_told() -> None:
    from .given import severities, shop

    old = shop(messages={"FindRequest": Record({"a": Field(INT, 1)}, {"gone": 2})})
    new = shop(messages={"FindRequest": Record({"a": Field(INT, 1), "b": Field(TEXT, 2, required=False)})})
    assert severities(old, new) == {"optional_field_added": OK, "number_reused": ERROR}


def test_members_of_enums() -> None:
    def sorts(members: dict[str, int], *, closed: bool = False, **more: object) -> dict[str, object]:
        return {"enums": {"Sort": Enumeration(members, closed, **more)}}  # type: ignore[arg-type]

    from .given import severities, shop

    def both(old: dict[str, object], new: dict[str, object]) -> tuple[dict[str, Severity], dict[str, Severity]]:
        field = {"it": Field(Named("Sort"))}
        return severities(shop(field, **old), shop(field, **new)), severities(  # type: ignore[arg-type]
            shop(answer=field, **old),
            shop(answer=field, **new),  # type: ignore[arg-type]
        )

    one, two = sorts({"NAME": 1}), sorts({"NAME": 1, "PRICE": 2})
    assert both(one, two) == ({"enum_value_added": OK}, {"enum_value_added": WARN})
    assert both(two, one) == ({"enum_value_removed": ERROR}, {"enum_value_removed": OK})
    closed = sorts({"NAME": 1}, closed=True), sorts({"NAME": 1, "PRICE": 2}, closed=True)
    assert both(*closed) == ({"closed_value_added": OK}, {"closed_value_added": ERROR})
    assert both(one, sorts({"NAME": 3}))[0] == {"number_changed": ERROR}
    reused = both(sorts({"NAME": 1}, reserved={"OLD": 2}), two)
    assert reused[0] == {"enum_value_added": OK, "number_reused": ERROR}
    assert both(one, one) == ({}, {})


def test_the_default_of_nothing_is_told_from_a_default() -> None:
    assert Field(TEXT).default is ABSENT
    assert in_request(Field(TEXT, required=False, default="a"), Field(TEXT, required=False)) == {
        "default_changed": ERROR
    }
