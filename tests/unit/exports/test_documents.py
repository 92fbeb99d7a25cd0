"""Contracts as OpenAPI, AsyncAPI and JSON Schema documents: valid, with examples that are, and the same each time."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator

from plures.application import assemble, load
from plures.compat import Contract, Failure, Field, ListOf, Named, OneOf, Operation, Record, Scalar, described
from plures.contract import Codec, ContractDescription, Stability, read_contract
from plures.errors import Status
from plures.exports import export
from plures.exports.openapi.errors import HTTP_STATUS
from plures.exports.schema.spellings import whole_numbers
from plures.runtime import connect
from tests.every_type import Everything

ROOT = Path(__file__).parents[3]
TEXT = Scalar("string")


@pytest.fixture(scope="module")
def contracts() -> list[ContractDescription]:
    """Those of the marketplace, and one with every type."""
    assembly = assemble(load("marketplace.app:app", ROOT))
    return [*(each.contract for each in assembly.capabilities.values()), read_contract(Everything)[0]]


def _document(contract: Contract, form: str = "openapi") -> dict[str, Any]:
    exported = export(contract, form)
    assert exported is not None
    read: dict[str, Any] = json.loads(exported.text)
    return read


def _search(**changes: Any) -> Contract:
    operation = Operation("query", True, False, 1.0, "FindRequest", "FindResponse")
    messages = {"FindRequest": Record({"text": Field(TEXT)}), "FindResponse": Record({"value": Field(TEXT)})}
    made = Contract("shop.search.v1", "shop.search.v1.Search", "discovery", {"Find": operation}, messages)
    return replace(made, **changes)


def _examples(node: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Each schema that has examples beside it, with these."""
    if isinstance(node, dict):
        if "schema" in node:
            yield from ((node["schema"], node["example"]) for _ in range("example" in node))
            yield from ((node["schema"], each["value"]) for each in node.get("examples", {}).values())
        for each in node.values():
            yield from _examples(each)
    elif isinstance(node, list):
        for each in node:
            yield from _examples(each)


def test_documents_are_valid_and_so_are_their_examples(contracts: list[ContractDescription]) -> None:
    count = 0
    for each in contracts:
        document = _document(described(each))
        OpenAPIV31SpecValidator(document).validate()
        for schema, example in _examples(document):
            whole = {**schema, "components": document["components"]}
            jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(example)
            count += 1
    assert count > 200


def test_the_same_contract_gives_the_same_file(contracts: list[ContractDescription]) -> None:
    for form in ("openapi", "asyncapi", "jsonschema", "typescript"):
        assert [export(described(each), form) for each in contracts] == [
            export(described(each), form) for each in contracts
        ]


def test_what_a_codec_writes_keeps_the_schema_and_what_the_example_says_is_read(
    contracts: list[ContractDescription],
) -> None:
    for each in contracts:
        document = _document(described(each), "jsonschema")
        jsonschema_rs.meta.validate(document)
        openapi = _document(described(each))
        for operation in each.operations.values():
            path = openapi["paths"][f"/{each.service}/{operation.wire_name}"]["post"]
            if not operation.streams:
                answer = path["responses"]["200"]["content"]["application/json"]["example"]
                _keeps(operation.answer, answer, {**document, "$ref": f"#/$defs/{operation.answer.message.name}"})
                _keeps(operation.request, path["requestBody"]["content"]["application/json"]["example"], None)


def _keeps(codec: Codec, example: Any, schema: dict[str, Any] | None) -> None:
    written = codec.encode(codec.decode(json.dumps(example).encode()))
    if schema is not None:
        jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(json.loads(written))


@given(st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * 3), st.integers(-3, 3))
def test_the_pattern_of_a_range_takes_the_numbers_in_it(numbers: tuple[int, int, int], near: int) -> None:
    import re

    low, high, other = min(numbers[:2]), max(numbers[:2]), numbers[2]
    pattern = re.compile(whole_numbers(low, high))
    for each in (low, high, low + near, high + near, other, 0, other % 1000):
        assert (pattern.search(str(each)) is not None) is (low <= each <= high), (low, high, each)
    assert pattern.search(f"0{abs(low)}") is None


def test_the_table_of_statuses_is_that_of_the_wire() -> None:
    assert {Status(code): http for code, http in HTTP_STATUS.items()} == connect.HTTP_STATUS


def test_a_query_can_be_asked_with_get_and_a_command_cannot() -> None:
    query = _document(_search())["paths"]["/shop.search.v1.Search/Find"]
    assert set(query) == {"post", "get"}
    assert query["get"]["operationId"] == "FindGet"
    command = replace(
        _search(), operations={"Find": Operation("command", False, False, 1.0, "FindRequest", "FindResponse")}
    )
    assert set(_document(command)["paths"]["/shop.search.v1.Search/Find"]) == {"post"}


def test_a_stream_says_what_its_messages_hold_and_promises_no_form_of_its_bytes() -> None:
    streaming = replace(
        _search(), operations={"Find": Operation("query", True, True, 1.0, "FindRequest", "FindResponse")}
    )
    path = _document(streaming)["paths"]["/shop.search.v1.Search/Find"]
    assert set(path) == {"post"}
    content = path["post"]["responses"]["200"]["content"]
    assert content == {"application/connect+json": {"x-plures-items": {"$ref": "#/components/schemas/FindResponse"}}}


def test_a_message_of_both_sides_has_a_form_for_each() -> None:
    item = Record({"id": Field(TEXT), "quantity": Field(Scalar("int64", {"ge": 1}))})
    both = {"FindRequest": Record({"it": Field(Named("Item"))}), "FindResponse": Record({"it": Field(Named("Item"))})}
    schemas = _document(_search(messages={**both, "Item": item}))["components"]["schemas"]
    assert schemas["Item"]["required"] == ["id", "quantity"]
    # A peer of protobuf leaves an empty id out; 0 is no quantity.
    assert schemas["ItemInput"]["required"] == ["quantity"]
    assert schemas["ItemInput"]["properties"]["id"]["x-plures-also"] == ["absent", "null"]


def test_a_name_that_is_taken_is_given_to_no_other_schema() -> None:
    item = Record({"id": Field(TEXT)})
    both = {"FindRequest": Record({"it": Field(Named("Error"))}), "FindResponse": Record({"it": Field(Named("Error"))})}
    taken = {**both, "Error": item, "ErrorInput": item, "Int64": Record({"n": Field(Scalar("int64"))})}
    document = _document(
        _search(messages={**taken, "FindResponse": Record({"a": Field(Named("Int64")), "b": Field(Named("Error"))})})
    )
    OpenAPIV31SpecValidator(document).validate()
    assert document["components"]["schemas"]["Error"]["properties"].keys() == {"id"}
    assert document["components"]["schemas"]["Int64"]["properties"].keys() == {"n"}


def test_the_key_of_a_union_is_the_one_member() -> None:
    union = OneOf({"cash": Named("Cash"), "card": Named("Card")})
    messages = {
        "FindRequest": Record({}), "FindResponse": Record({"pay": Field(union)}), "Cash": Record({}),
        "Card": Record({"number": Field(TEXT)}),
    }  # fmt: skip
    document = _document(_search(messages=messages), "jsonschema")
    validator = jsonschema_rs.Draft202012Validator({**document, "$ref": "#/$defs/FindResponse"})
    assert validator.is_valid({"pay": {"card": {"number": "1"}}})
    assert not validator.is_valid({"pay": {"card": {}}})
    assert not validator.is_valid({"pay": {"cash": {}, "card": {"number": "1"}}})
    assert not validator.is_valid({"pay": {}})


def test_an_end_is_announced() -> None:
    document = _document(_search(stability=Stability.DEPRECATED, sunset=date(2031, 6, 30)))
    operation = document["paths"]["/shop.search.v1.Search/Find"]["post"]
    assert (operation["deprecated"], operation["x-sunset"]) == (True, "2031-06-30")
    assert document["info"]["x-owner"] == "discovery"
    assert "2031-06-30" in document["info"]["description"]


def test_errors_of_one_status_are_told_apart_by_their_type() -> None:
    errors = {name: Failure("not_found", "Why") for name in ("Gone", "Lost")}
    operation = Operation("command", False, False, 1.0, "FindRequest", "FindResponse", ("Gone", "Lost"))
    contract = _search(errors=errors, operations={"Find": operation})
    contract = replace(contract, messages={**contract.messages, "Why": Record({"why": Field(TEXT)})})
    document = _document(contract)
    answer = document["paths"]["/shop.search.v1.Search/Find"]["post"]["responses"]["404"]
    assert set(answer["content"]["application/json"]["examples"]) == {"Gone", "Lost"}
    lost = document["components"]["schemas"]["LostError"]["properties"]["declared"]["properties"]["type"]
    assert lost["const"] == "shop.search.v1.Lost"


def test_what_was_not_locked_as_it_is_says_so() -> None:
    assert _document(_search())["info"]["version"] == "1.0.0+unlocked"
    assert _document(_search(version="1.4.0"))["info"]["version"] == "1.4.0"


def test_a_contract_without_events_has_nothing_to_say_in_asyncapi() -> None:
    assert export(_search(), "asyncapi") is None


def test_headers_and_trailers_stand_beside_the_messages() -> None:
    beside = Record(
        {
            "maxAge": Field(Scalar("int64", {"ge": 0})),
            "tags": Field(ListOf(TEXT), required=False),
            "raw": Field(Scalar("bytes")),
        }
    )
    operation = Operation(
        "query", True, False, 1.0, "FindRequest", "FindResponse", request_headers="Beside", trailers="Beside"
    )
    contract = _search(operations={"Find": operation})
    document = _document(replace(contract, messages={**contract.messages, "Beside": beside}))
    OpenAPIV31SpecValidator(document).validate()
    post = document["paths"]["/shop.search.v1.Search/Find"]["post"]
    assert [(each["name"], each["in"], each["required"]) for each in post["parameters"]] == [
        ("max-age", "header", True), ("tags", "header", False), ("raw-bin", "header", True),
    ]  # fmt: skip
    assert post["parameters"][0]["schema"]["minimum"] == 0
    assert set(post["responses"]["200"]["headers"]) == {"trailer-max-age", "trailer-tags", "trailer-raw-bin"}
