"""The keys of plures.toml as data: what they say of themselves is what the parser does."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from plures.topology import parse
from plures.topology.key import Key
from plures.topology.keys import FILE


def below(key: Key[Any]) -> Iterator[Key[Any]]:
    for inner in key.below:
        yield inner
        yield from below(inner)


KEYS = list(below(FILE))


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_an_example_is_a_value_of_the_key(key: Key[Any]) -> None:
    read = tomllib.loads(key.example)
    value = read.get(key.name, read)
    assert type(value) in key.types
    assert key.meaning.endswith(".")


@pytest.mark.parametrize("key", [key for key in KEYS if not key.is_required], ids=lambda key: key.name)
def test_a_default_is_none_or_a_value_of_the_key(key: Key[Any]) -> None:
    assert key.default is None or key.default == () or type(key.default) in key.types


def test_all_examples_together_are_a_file_that_fits() -> None:
    by_name = {key.name: key for key in KEYS}
    process = ", ".join(by_name[name].example for name in ("capabilities", "replicas", "edge", "command"))
    environment = by_name["environment"].example
    settings = parse(
        "\n".join(
            [
                *(by_name[name].example for name in ("application", "import", "data", "listen", "public", "control")),
                by_name["TOPOLOGY"].named("sale").example,
                by_name["PROCESS"].named("main").example,
                f"search = {{ {process}, {environment} }}",
            ]
        )
    )
    assert sorted(settings.topologies) == ["monolith", "sale"]
    assert settings.topology("sale").processes[1].environment == {"LOG": "debug"}
