"""`name=value` → JSON, by the schema of the operation."""

from typing import Any

import pytest
from lab import Echo, Trouble

from plures.cli.listing import BadArgument, request_of
from plures.contract import read_contract
from plures.host.telling import listing

OPERATIONS: dict[str, Any] = {
    operation["name"].rpartition("/")[2]: operation
    for contract in listing("lab", [read_contract(Echo)[0], read_contract(Trouble)[0]])["contracts"]  # type: ignore[attr-defined]
    for operation in contract["operations"]
}


@pytest.mark.parametrize(
    ("operation", "arguments", "request_"),
    [
        ("Number", ["value=5"], {"value": "5"}),
        ("Number", ["value=-9223372036854775808"], {"value": "-9223372036854775808"}),
        ("Maybe", ["value=lens"], {"value": "lens"}),
        ("Maybe", ["value="], {"value": ""}),
        ("Maybe", ["value=a=b c"], {"value": "a=b c"}),
        ("Maybe", ["value=true"], {"value": "true"}),
        ("Maybe", ['value="quoted"'], {"value": '"quoted"'}),
        ("Nothing", [], {}),
        ("Texts", ["values=a"], {"values": ["a"]}),
        ("Texts", ["values=a", "values=b", "values="], {"values": ["a", "b", ""]}),
        ("Texts", ['values=["a","b"]', "values=c"], {"values": ["a", "b", "c"]}),
        ("Texts", ["values=[]"], {"values": []}),
        ("Stream", ["count=2", "pause_s=0.5", "then=gone"], {"count": 2, "pauseS": 0.5, "then": "gone"}),
        ("Stream", ["pauseS=1"], {"pauseS": 1}),
        ("Shape", ['value={"circle":{"radius":2}}'], {"value": {"circle": {"radius": 2}}}),
        ("Tree", ['value={"name":"x","children":[]}'], {"value": {"name": "x", "children": []}}),
        ("Ratio", ["value=1.5"], {"value": 1.5}),
        ("Ratio", ["value=NaN"], {"value": "NaN"}),
        ("Ratio", ["value=-Infinity"], {"value": "-Infinity"}),
    ],
)
def test_what_is_sent(operation: str, arguments: list[str], request_: dict[str, Any]) -> None:
    found = request_of(OPERATIONS[operation], arguments)
    assert {name: str(value) if operation == "Number" else value for name, value in found.items()} == request_


@pytest.mark.parametrize(
    ("operation", "arguments", "what", "fix"),
    [
        ("Number", ["5"], "Argument '5' does not fit", "where name is one of value."),
        ("Number", ["count=5"], "Argument 'count=5' does not fit", "where name is one of value."),
        ("Nothing", ["x=1"], "Argument 'x=1' does not fit", "(it takes none)"),
        ("Number", ["value=5", "value=6"], "value is given twice", "Leave one out."),
        ("Tree", ["value=leaf"], "value=leaf is not valid JSON", 'such as value=\'{"name": …, "children": …}\'.'),
        ("Shape", ["value=circle"], "value=circle is not valid JSON", "such as value='{\"circle\": …}'."),
        ("Texts", ["values=[a"], "values=[a is not valid JSON", "such as values='[…]'."),
        ("Texts", ["values=" + "[" * 100_000], "is not valid JSON", "such as values='[…]'."),
    ],
)
def test_what_does_not_fit(operation: str, arguments: list[str], what: str, fix: str) -> None:
    with pytest.raises(BadArgument) as caught:
        request_of(OPERATIONS[operation], arguments)
    assert what in caught.value.what
    assert fix in caught.value.fix
