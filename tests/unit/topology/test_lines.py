"""What is wrong with plures.toml is told with its line."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plures.errors import InvalidInput
from plures.topology import ApplicationFacts, check, parse
from plures.topology.lines import lines_of

TOML = '''\
# A comment with = and [brackets]
[application]
import = "shop.app:app"   # a = "b"

[topology.sale]
search = { capabilities = ["search"], replicas = { min = 2, max = 4 } }
tax.capabilities = [
    "tax",   # one = each
    "]",
]
tax.environment.LOG = """
a = 1
[listen]
"""
[topology.sale."the shop"]
'capabilities' = ["*"]
"environment" = { "A B" = 'x', C = "}" }
[ topology . "red\\u0041" ]
main = { capabilities = ["*"] }
'''


def test_each_table_and_key_has_its_line() -> None:
    lines = lines_of(TOML)
    sale = ("topology", "sale")
    assert lines == {
        ("application",): 2,
        ("application", "import"): 3,
        ("topology",): 5,
        sale: 5,
        (*sale, "search"): 6,
        (*sale, "search", "capabilities"): 6,
        (*sale, "search", "replicas"): 6,
        (*sale, "search", "replicas", "min"): 6,
        (*sale, "search", "replicas", "max"): 6,
        (*sale, "tax"): 7,
        (*sale, "tax", "capabilities"): 7,
        (*sale, "tax", "environment"): 11,
        (*sale, "tax", "environment", "LOG"): 11,
        (*sale, "the shop"): 15,
        (*sale, "the shop", "capabilities"): 16,
        (*sale, "the shop", "environment"): 17,
        (*sale, "the shop", "environment", "A B"): 17,
        (*sale, "the shop", "environment", "C"): 17,
        ("topology", "redA"): 18,
        ("topology", "redA", "main"): 19,
        ("topology", "redA", "main", "capabilities"): 19,
    }


@pytest.mark.parametrize(
    "text",
    [
        "", "\n\n", "a = 1", "a = 1\r\n[b]\r\nc = 2\r\n", "a.b.c = 1\na.b.d = 2", "[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 3",
        "a = [[1, 2], [3, [4]], { b = 1 }]\nc = 1", 'a = """"quoted""""\nb = 1', "a = ''''quoted''''\nb = 1", 'a = "\\""\nb = 1',
        "a = 'C:\\'\nb = 1", 'a = """x\\\n  y"""\nb = 1', "a = 1979-05-27T07:32:00-08:00\nb = 1e-3\nc = +inf", '"" = 1\n"a.b" = 2',
        "a = {}\nb = []\nc = { d = {} }", "1.5 = 2", '"é" = 1', "a = [ # x ]\n 1, # ]\n]\nb = 2",
        "true = true\ninf = inf\n1979-05-27 = 1", 'a = ""\nb = \'\'\nc = """"""\nd = \'\'\'\'\'\'\ne = 1', "a = 07:32:00 # b = 1\nc = 1",
        "a = 1979-05-27 07:32:00\nb = 1",
    ],
)  # fmt: skip
def test_whatever_tomllib_reads_is_scanned(text: str) -> None:
    lines = lines_of(text)
    assert paths(tomllib.loads(text)) <= lines.keys()
    written = text.replace("\r\n", "\n").split("\n")
    assert all(1 <= line <= len(written) for line in lines.values())


def paths(value: Any, at: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """All keys of a document."""
    if isinstance(value, list):
        return set[tuple[str, ...]]().union(*[paths(item, at) for item in value if isinstance(item, dict)])
    if not isinstance(value, dict):
        return set()
    return {(*at, key) for key in value}.union(*[paths(below, (*at, key)) for key, below in value.items()])


@given(st.dictionaries(st.text(), st.text(), max_size=5))
def test_any_name_and_any_text(values: dict[str, str]) -> None:
    def quoted(text: str) -> str:
        return '"' + "".join(f"\\U{ord(each):08x}" for each in text) + '"'

    values = {name: text for name, text in values.items() if all(not 0xD800 <= ord(c) < 0xE000 for c in name + text)}
    document = "\n".join(f"{quoted(name)} = {quoted(text)}" for name, text in values.items())
    assert lines_of(document) == {(name,): line for line, name in enumerate(values, 1)}


def test_what_is_wrong_is_told_with_its_line() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(
            """\
[application]
data = 1

[listen]
public = "nowhere"
[topology.sale]
search = { capabilities = ["a"], replica = 2 }
[topology.sale.tax]
environment = {
    A = 1 }
""".replace("{\n    A", "{ A")
        )
    assert [violation.where for violation in caught.value.violations] == [
        "plures.toml:5 [listen] public",
        "plures.toml:1 [application] import",
        "plures.toml:2 [application] data",
        "plures.toml:7 [topology.sale] search.replica",
        "plures.toml:8 [topology.sale] tax.capabilities",
        "plures.toml:9 [topology.sale] tax.environment.A",
    ]


def test_what_does_not_fit_the_application_is_told_with_its_line() -> None:
    settings = parse(
        '[application]\nimport = "a:b"\n[topology.sale]\nmain = { capabilities = ["*"] }\n\n[topology.sale.x]\ncapabilities = ["nil"]\n'
    )
    with pytest.raises(InvalidInput) as caught:
        check(settings.topology("sale"), ApplicationFacts())
    assert "plures.toml:7 [topology.sale] x.capabilities" in [violation.where for violation in caught.value.violations]


def test_a_topology_that_is_built_in_code_has_no_line() -> None:
    assert parse('[application]\nimport = "a:b"').topology().where("main") == "plures.toml [topology.monolith] main"
