"""Rules about contracts, operations, errors and events; where callers meet a change; which version it needs."""

from dataclasses import replace
from datetime import date

import pytest

from plures.compat import Side, compare, needed
from plures.compat.model import Contract, Failure, Field, Happening, ListOf, Named, Operation, Record, Scalar
from plures.compat.rules import ERROR, OK, RULES, WARN, Severity
from plures.compat.versions import Bump, bumped, is_less
from plures.contract import Stability

from .given import TEXT, changes, of_operation, severities, shop

COMMAND = Operation("command", False, False, 1.0, "FindRequest", "Findings", ("NotReady",))
TODAY = date(2030, 1, 1)


@pytest.mark.parametrize(
    ("rule", "old", "new", "severity"),
    [
        ("operation_removed", shop(), of_operation(), ERROR),
        ("streaming_changed", shop(), of_operation(streams=True), ERROR),
        ("streaming_changed", of_operation(streams=True), shop(), ERROR),
        ("no_longer_repeatable", shop(), of_operation(kind="command"), ERROR),
        ("no_longer_repeatable", of_operation(kind="command"), of_operation(kind="command", idempotent=False), ERROR),
        ("repeatable", of_operation(kind="command", idempotent=False), of_operation(kind="command"), OK),
        ("deadline_shortened", shop(), of_operation(deadline_s=0.5), WARN),
        ("deadline_raised", shop(), of_operation(deadline_s=2.0), OK),
        ("limit_lowered", shop(), of_operation(max_request_bytes=1000), ERROR),
        ("limit_lowered", of_operation(max_request_bytes=4_000_000), shop(), ERROR),
        ("limit_lowered", shop(), of_operation(max_response_bytes=1000), OK),
        ("limit_raised", shop(), of_operation(max_request_bytes=4_000_000), OK),
        ("limit_raised", shop(), of_operation(max_response_bytes=4_000_000), ERROR),
        ("limit_raised", of_operation(max_response_bytes=1000), shop(), ERROR),
        ("cached_longer", shop(), of_operation(cache_s=60), WARN),
        ("cached_longer", of_operation(cache_s=60), of_operation(cache_s=61), WARN),
        ("cached_longer", of_operation(cache_s=60), of_operation(cache_s=60, cache="public"), WARN),
        ("cached_less", of_operation(cache_s=60, cache="public"), of_operation(cache_s=60), OK),
        ("cached_less", of_operation(cache_s=60), of_operation(cache_s=59), OK),
        ("cached_less", of_operation(cache_s=60), shop(), OK),
        ("error_removed", shop(), of_operation(errors=()), OK),
        ("error_added", of_operation(errors=()), shop(), WARN),
        ("owner_changed", shop(), shop(owner="search"), WARN),
        ("service_renamed", shop(), shop(service="shop.search.v1.Finder"), ERROR),
        ("stability_lowered", shop(), shop(stability=Stability.EXPERIMENTAL), ERROR),
        ("stability_raised", shop(stability=Stability.EXPERIMENTAL), shop(), OK),
        ("deprecated", shop(), shop(stability=Stability.DEPRECATED), OK),
        ("sunset_earlier", shop(sunset=date(2031, 1, 1)), shop(sunset=date(2030, 1, 1)), ERROR),
        ("error_status_changed", shop(), shop(errors={"NotReady": Failure("aborted", "NotReady")}), ERROR),
        ("any_headers_ended", of_operation(request_headers="*"), of_operation(request_headers="Locale"), ERROR),
        ("any_headers_ended", of_operation(trailers="*"), shop(), ERROR),
        ("any_headers", of_operation(headers="Locale"), of_operation(headers="*"), ERROR),
        ("any_headers", of_operation(request_headers="Locale"), of_operation(request_headers="*"), OK),
        ("any_headers_added", shop(), of_operation(headers="*"), OK),
        ("any_headers_added", shop(), of_operation(request_headers="*"), OK),
        ("event_removed", shop(), shop(events={}), ERROR),
        ("event_added", shop(events={}), shop(), OK),
        ("event_key_changed", shop(), shop(events={"Found": Happening("Found")}), ERROR),
    ],
)
def test_what_concerns_no_field(rule: str, old: Contract, new: Contract, severity: Severity) -> None:
    if rule == "operation_removed":
        new = shop(operations={})
    assert severities(old, new) == {rule: severity}
    assert severities(old, old) == {}


def test_a_limit_is_told_with_its_side_and_the_way_out() -> None:
    [change] = changes(shop(), of_operation(max_request_bytes=1000))
    assert (change.what, change.side, change.places) == (
        "Find request may have 1,000 bytes, and 1,048,576 before", Side.REQUEST, ("Find request",)
    )  # fmt: skip
    assert change.instead == "Go on taking 1,048,576 bytes."
    [change] = changes(shop(), of_operation(max_response_bytes=4_000_000))
    assert (change.side, change.instead) == (Side.RESPONSE, "Add an operation with the higher limit beside it.")
    assert severities(of_operation(max_request_bytes=1000), of_operation(max_request_bytes=1000)) == {}


LOCALE = {"Locale": Record({"tag": Field(TEXT), "more": Field(TEXT, required=False)})}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("request_headers", {"required_field_added": ERROR, "optional_field_added": OK}),
        ("headers", {"required_field_added": OK, "optional_field_added": OK}),
        ("trailers", {"required_field_added": OK, "optional_field_added": OK}),
    ],
)
def test_headers_are_compared_as_fields_are(where: str, expected: dict[str, Severity]) -> None:
    with_them, without = (
        replace(of_operation(**given), messages={**shop().messages, **LOCALE}) for given in ({where: "Locale"}, {})
    )
    assert severities(without, with_them) == expected
    gone = severities(with_them, without)
    assert gone == {"field_removed": WARN if where == "request_headers" else ERROR, "optional_field_removed": WARN}
    [change, *_] = changes(with_them, without)
    assert change.places[0].startswith(f"Find {where.replace('_', ' ')}")
    assert severities(with_them, with_them) == {}


def test_an_operation_more_is_no_harm() -> None:
    more = shop(operations=dict(shop().operations) | {"Suggest": COMMAND})
    assert severities(shop(), more) == {"operation_added": OK}


def test_contracts_that_come_and_go() -> None:
    old = {"shop.search.v1": shop()}
    assert [each.rule.code for each in compare({}, old, today=TODAY)] == ["compat.contract_added"]
    [gone] = compare(old, {}, today=TODAY)
    assert (gone.rule.code, gone.severity) == ("compat.contract_removed", ERROR)
    over = {"shop.search.v1": shop(stability=Stability.DEPRECATED, sunset=date(2029, 12, 31))}
    assert compare(over, {}, today=TODAY) == ()
    assert compare({"shop.search.v1": shop(stability=Stability.EXPERIMENTAL)}, {}, today=TODAY) == ()
    # On the day itself it is still served.
    assert len(compare({"shop.search.v1": shop(sunset=TODAY)}, {}, today=TODAY)) == 1


def test_an_experimental_contract_breaks_nothing_that_was_promised() -> None:
    old = shop(stability=Stability.EXPERIMENTAL)
    new = replace(shop(answer={"count": Field(Scalar("double"))}), stability=Stability.EXPERIMENTAL)
    assert max(severities(old, new).values()) is WARN


def test_a_change_says_where_callers_meet_it_and_on_which_side() -> None:
    def with_price(price: Scalar) -> Contract:
        return shop(
            {"near": Field(Named("Money"))},
            {"hits": Field(ListOf(Named("Hit")))},
            messages={"Hit": Record({"price": Field(Named("Money"))}), "Money": Record({"amount": Field(price)})},
        )

    found = changes(with_price(Scalar("int64", {"ge": 0})), with_price(Scalar("int64", {"ge": 1})))
    assert [(each.side, each.places, each.severity) for each in found] == [
        (Side.REQUEST, ("Find request.near",), ERROR),
        (Side.RESPONSE, ("Find response.hits[].price",), OK),
    ]
    assert found[0].what == "Money.amount must have >= 1, and had >= 0"
    assert found[0].operations == {"Find"}


def test_messages_that_contain_themselves_end() -> None:
    def tree(item: str) -> Contract:
        node = Record({"value": Field(Scalar(item)), "children": Field(ListOf(Named("Node")))})
        return shop(answer={"root": Field(Named("Node"))}, messages={"Node": node})

    assert severities(tree("int64"), tree("double")) == {"type_changed": ERROR}
    assert severities(tree("int64"), tree("int64")) == {}


def test_a_message_with_another_name_is_the_same_message() -> None:
    def with_hit(name: str, field: str) -> Contract:
        return shop(answer={"hit": Field(Named(name))}, messages={name: Record({field: Field(TEXT)})})

    assert severities(with_hit("Hit", "id"), with_hit("Result", "id")) == {}
    assert severities(with_hit("Hit", "id"), with_hit("Result", "key")) == {"field_renamed": ERROR}


def test_fields_of_errors_and_events_are_received() -> None:
    def with_fields(**fields: Field) -> Contract:
        return shop(messages={"NotReady": Record(fields), "Found": Record({"text": Field(TEXT), **fields})})

    found = changes(with_fields(at=Field(TEXT)), with_fields())
    assert {(each.places, each.severity) for each in found} == {
        (("Find error NotReady",), ERROR),
        (("Found event",), ERROR),
    }


@pytest.mark.parametrize(
    ("old", "new", "bump", "version"),
    [
        (shop(), shop(), Bump.NONE, "1.2.3"),
        (shop(), of_operation(deadline_s=2.0), Bump.PATCH, "1.2.4"),
        (shop(events={}), shop(), Bump.MINOR, "1.3.0"),
        (shop(), of_operation(deadline_s=0.5), Bump.MINOR, "1.3.0"),
        (shop(), shop(operations={}), Bump.MAJOR, "1.3.0"),
    ],
)
def test_the_version_that_a_change_needs(old: Contract, new: Contract, bump: Bump, version: str) -> None:
    assert needed(changes(old, new)) is bump
    assert bumped("1.2.3", bump, major=1) == version


def test_versions_are_compared_by_their_numbers() -> None:
    assert is_less("1.9.0", "1.10.0")
    assert not is_less("1.10.0", "1.9.0")
    assert is_less("", "1.0.0")
    assert bumped("", Bump.NONE, major=2) == "2.0.0"


def test_every_rule_says_what_happens_and_what_to_do_instead() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.code.startswith("compat.")
        assert rule.why
        assert bool(rule.instead) == (rule.worst is not OK), rule.code
