"""Contracts as `.proto` files."""

from dataclasses import replace

import pytest

from plures.compat import Contract, Enumeration, Field, Named, OneOf, Operation, Record, Scalar, described, numbered
from plures.contract import read_contract
from plures.errors import InvalidInput
from plures.exports import export
from tests.interop.contract import Depot

TEXT = Scalar("string")


def _shop(**messages: Record) -> Contract:
    operation = Operation("query", True, False, 1.0, "FindRequest", "FindResponse")
    return Contract(
        "shop.search.v1",
        "shop.search.v1.Search",
        "discovery",
        {"Find": operation},
        {"FindRequest": Record({}), "FindResponse": Record({}), **messages},
    )


def _written(contract: Contract) -> str:
    return export(contract, "proto").text


def test_each_type_has_its_place() -> None:
    text = _written(numbered(described(read_contract(Depot)[0]), None))
    assert "google.protobuf.Timestamp sent_at = 4;" in text
    assert "optional string note = 14;" in text
    assert "repeated Circle circles = 12;" in text
    assert "rpc Unload(UnloadRequest) returns (stream Square) {" in text
    assert "    option idempotency_level = NO_SIDE_EFFECTS;" in text
    assert "  rpc Lift(LiftRequest) returns (LiftResponse);" in text
    assert "// Takes parcels and hands them back." in text
    assert "  COLOUR_UNSPECIFIED = 0;" in text


def test_the_same_contract_gives_the_same_file() -> None:
    contract = numbered(described(read_contract(Depot)[0]), None)
    assert export(contract, "proto") == export(contract, "proto")
    assert export(contract, "proto").path == "interop/depot/v1/depot.proto"


def test_what_has_no_number_is_refused_in_one_sentence() -> None:
    with pytest.raises(InvalidInput) as caught:
        _written(described(read_contract(Depot)[0]))
    [violation] = caught.value.violations
    assert violation.code == "export.unlocked"
    assert "and 37 more" in violation.what
    assert "plures contract lock" in violation.fix


def test_numbers_and_names_of_what_is_gone_are_reserved() -> None:
    text = _written(_shop(FindResponse=Record({"id": Field(TEXT, 2)}, {"oldName": 1})))
    assert '  reserved 1;\n  reserved "old_name";\n  string id = 2;' in text


def test_a_key_of_a_union_that_is_gone_keeps_its_number() -> None:
    cash, card, gift = Record({}), Record({}), Record({})
    before = _shop(
        Cash=cash, Card=card, Order=Record({"pay": Field(OneOf({"cash": Named("Cash"), "card": Named("Card")}))})
    )
    after = _shop(
        Card=card, Gift=gift, Order=Record({"pay": Field(OneOf({"card": Named("Card"), "gift": Named("Gift")}))})
    )
    locked = numbered(after, numbered(before, None))
    assert locked.unions == {"Order.pay": {"cash": 1, "card": 2, "gift": 3}}
    text = _written(locked)
    assert (
        '    reserved 1;\n    reserved "cash";\n    oneof value {\n      Card card = 2;\n      Gift gift = 3;' in text
    )


def test_enums_with_a_member_of_the_same_name_stand_apart() -> None:
    contract = replace(
        _shop(FindResponse=Record({"a": Field(Named("State"), 1)})),
        enums={"State": Enumeration({"OPEN": 1}), "Door": Enumeration({"OPEN": 1})},
    )
    text = _written(contract)
    assert "StateEnum.State a = 1;" in text
    assert "message DoorEnum {\n  enum Door {\n    DOOR_UNSPECIFIED = 0;" in text


def test_a_message_is_found_behind_a_method_of_its_name() -> None:
    contract = replace(
        _shop(Find=Record({})), operations={"Find": Operation("query", True, False, 1.0, "FindRequest", "Find")}
    )
    assert "returns (.shop.search.v1.Find)" in _written(contract)


def test_a_name_that_protobuf_would_spell_otherwise_is_said() -> None:
    text = _written(_shop(FindResponse=Record({"aB2c": Field(TEXT, 1), "URL": Field(TEXT, 2)})))
    assert 'string url = 2 [json_name = "URL"];' in text


def test_a_default_that_is_no_zero_is_told_apart_from_zero() -> None:
    fields = {"page": Field(Scalar("int64"), 1, False, False, 20), "from": Field(Scalar("int64"), 2, False, False, 0)}
    text = _written(_shop(FindRequest=Record(fields)))
    assert "  // Left out, it is 20.\n  optional int64 page = 1;" in text
    assert "  int64 from = 2;" in text


def test_a_text_ends_no_comment_and_begins_no_line() -> None:
    text = _written(replace(_shop(), doc="One.\n\nmessage Evil {} */"))
    assert "// One.\n//\n// message Evil {} * /" in text


def test_a_number_that_no_enum_of_protobuf_has_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        _written(replace(_shop(), enums={"Big": Enumeration({"HUGE": 2**31})}))
    assert [each.code for each in caught.value.violations] == ["export.enum_number"]
