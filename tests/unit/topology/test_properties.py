"""Parsing any text ends in settings or in a list of violations, and what resolves is placed exactly once."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from plures.errors import InvalidInput, Violation
from plures.topology import (
    ApplicationFacts,
    CapabilityFacts,
    Process,
    Replicas,
    ResolvedTopology,
    Settings,
    Topology,
    check,
    parse,
    start_order,
    summarise,
)

SAMPLE = """
[application]
import = "shop.app:app"
data = "x"
[listen]
public = "127.0.0.1:1"
[topology.sale]
search = { capabilities = ["search"], replicas = { min = 2, max = 4 }, environment = { A = "1" } }
tax = { capabilities = ["tax"], external = "http://127.0.0.1:9100" }
node = { capabilities = ["node"], command = "node x.js" }
shop = { capabilities = ["*"], edge = true }
"""
TOKENS = [
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    '"',
    "'",
    "\n",
    ".",
    "0",
    "-1",
    "true",
    "1979-05-27",
    "nan",
    "[[topology]]",
    '"""',
    "\x00",
    "é",
]
KEYS = [
    "application",
    "listen",
    "topology",
    "import",
    "data",
    "public",
    "capabilities",
    "replicas",
    "min",
    "edge",
    "external",
    "main",
    "",
]


# A busy machine is slow, which says nothing about the code.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def parsed(text: str) -> Settings | Sequence[Violation]:
    try:
        return parse(text)
    except InvalidInput as error:
        return error.violations


def checked(topology: Topology, application: ApplicationFacts) -> ResolvedTopology | Sequence[Violation]:
    try:
        return check(topology, application)
    except InvalidInput as error:
        return error.violations


@unhurried
@given(st.text())
@example("a = 1979-05-27T07:32:00")
def test_any_text(text: str) -> None:
    assert parsed(text)


@unhurried
@given(st.lists(st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 30), st.sampled_from(TOKENS)), max_size=4))
def test_a_damaged_file(damages: list[tuple[int, int, str]]) -> None:
    text = SAMPLE
    for start, length, token in damages:
        text = text[:start] + token + text[start + length :]
    assert parsed(text)


def toml(value: Any) -> str:
    """A value in TOML's inline form."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return "{" + ", ".join(f'"{key}" = {toml(below)}' for key, below in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case str():
            return f'"{value}"'
        case _:
            return str(value)


scalars = (
    st.booleans() | st.integers() | st.floats() | st.sampled_from(["*", "a:b", "http://h", "localhost:1", "", "x y"])
)
values = st.recursive(
    scalars,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(KEYS), below, max_size=4),
    max_leaves=12,
)


@unhurried
@given(st.dictionaries(st.sampled_from(KEYS[:-1]), values))
def test_any_values_under_the_known_keys(document: dict[str, Any]) -> None:
    assert parsed("\n".join(f"{key} = {toml(value)}" for key, value in document.items()))


NAMES = ["a", "b", "c", "d", "e"]


@st.composite
def applications(draw: st.DrawFn) -> ApplicationFacts:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    capabilities = {
        name: CapabilityFacts(
            needs=frozenset(draw(st.lists(st.sampled_from(names)))),
            has_database=draw(st.booleans()),
            has_implementation=draw(st.sampled_from([True, True, True, False])),
        )
        for name in names
    }
    has_edge = draw(st.booleans())
    edge_needs = frozenset(draw(st.lists(st.sampled_from(names)))) if has_edge and names else frozenset[str]()
    return ApplicationFacts(capabilities, has_edge=has_edge, edge_needs=edge_needs)


processes = st.builds(
    Process,
    st.sampled_from(["one", "two", "three", "Four"]),
    st.lists(st.sampled_from([*NAMES, "*"]), max_size=3).map(tuple),
    replicas=st.sampled_from([Replicas(), Replicas(), Replicas(1, 2)]),
    edge=st.sampled_from([None, None, True, False]),
    external=st.sampled_from([None, None, None, "http://h"]),
)


@unhurried
@given(applications(), st.lists(processes, max_size=4))
@example(
    ApplicationFacts(dict.fromkeys(NAMES, CapabilityFacts())), [Process("one", ("a", "b")), Process("two", ("*",))]
)
def test_what_resolves_is_placed_exactly_once(application: ApplicationFacts, listed: list[Process]) -> None:
    resolved = checked(Topology("t", tuple(listed)), application)
    if not isinstance(resolved, ResolvedTopology):
        assert resolved
        return
    placed = [name for process in resolved.processes.values() for name in process.capabilities]
    assert sorted(placed) == sorted(application.capabilities)
    assert sum(process.edge for process in resolved.processes.values()) == application.has_edge
    for process in resolved.processes.values():
        if process.ours:
            facts = [application.capabilities[name] for name in process.capabilities]
            assert all(fact.has_implementation for fact in facts)
            assert process.replicas.max == 1 or not any(fact.has_database for fact in facts)
    started = [name for layer in start_order(resolved, application) for name in layer]
    assert sorted(started) == sorted(resolved.processes)
    summary = summarise(resolved, application)
    declared = sum(len(fact.needs) for fact in application.capabilities.values()) + len(application.edge_needs)
    assert summary.local_calls + summary.remote_calls == declared
