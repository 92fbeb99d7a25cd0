"""What plures.toml says of services, and where a topology puts them: all that is wrong, at once."""

from pathlib import Path

import pytest

from plures.errors import InvalidInput
from plures.rescue import place_services
from plures.topology import parse

GOOD = """
[services.a]
app = "main:app"
folder = "."
addresses = ["http://a:8000/", "http://with_line:8000"]

[services.b]
app = "x.main:make()"
folder = "."

[topology.apart]
one = { services = ["b"] }
main = { services = ["*"] }
"""


def codes(text: str, topology: str = "monolith") -> list[str]:
    with pytest.raises(InvalidInput) as raised:
        settings = parse(text)
        place_services(settings.topology(topology), settings.services)
    return [violation.code.removeprefix("topology.") for violation in raised.value.violations]


def test_services_are_placed_in_the_order_of_the_file() -> None:
    settings = parse(GOOD)
    placed = place_services(settings.topology(), settings.services)
    assert {name: [service.name for service in services] for name, services in placed.items()} == {"main": ["a", "b"]}
    apart = place_services(settings.topology("apart"), settings.services)
    assert {name: [service.name for service in services] for name, services in apart.items()} == {
        "one": ["b"],
        "main": ["a"],
    }
    assert settings.services["a"].addresses == ("http://a:8000", "http://with_line:8000")
    assert settings.application == ""


def test_all_that_is_wrong_with_a_table_is_told() -> None:
    text = """
        [services.A_b]
        app = "main"
        addresses = ["orders:8000", "http://x:1/path"]
        public = "nowhere"
        thread = 1
        color = "red"
    """
    assert sorted(codes(text)) == [
        "address",
        "address",
        "address",
        "service_app",
        "service_name",
        "type",
        "unknown_key",
    ]


def test_an_address_belongs_to_one_service() -> None:
    text = '[services.{}]\napp = "m:a"\naddresses = ["http://same:1"]\n'
    assert codes(text.format("a") + text.format("b")) == ["service_address_twice"]


@pytest.mark.parametrize(
    ("topology", "expected"),
    [
        ('main = { services = ["a"] }', ["service_unplaced"]),
        ('main = { services = ["a", "b", "c"] }', ["service_unknown"]),
        ('one = { services = ["a"] }\nmain = { services = ["a", "b"] }', ["service_twice"]),
        ('one = { services = ["*"] }\nmain = { services = ["*"] }', ["service_twice"]),
        ('main = { services = ["*"], replicas = 2 }', ["service_not_ours"]),
        ('main = { services = ["*"], command = "x" }', ["service_not_ours"]),
        (
            'main = { services = ["*"], capabilities = ["*"] }\ntwo = { capabilities = ["x"] }',
            ["service_beside_capabilities"],
        ),
    ],
)
def test_what_does_not_fit(topology: str, expected: list[str]) -> None:
    assert codes(f"{GOOD}\n[topology.wrong]\n{topology}\n", "wrong") == expected


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert codes('[services.gone]\napp = "m:a"\nfolder = "/nowhere/at/all"\n') == ["service_folder"]
