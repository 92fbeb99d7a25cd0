"""What code without `await` calls, read from it."""

import blocking_islands as islands
import flask
import pytest

import plures
from plures import Application, Capability
from plures.application import assemble
from plures.isolation import Unit, units_of


@pytest.fixture(scope="module")
def units() -> dict[str, Unit]:
    capabilities = [Capability(islands.Base, islands.BaseService), Capability(islands.Hub, islands.HubService)]
    return {unit.name: unit for unit in units_of(assemble(Application("islands", capabilities)))}


@pytest.mark.parametrize(
    ("operation", "expected", "assumed"),
    [
        ("direct", "get", ()),
        ("in_a_thread", "get", ()),
        ("without_await", "fetch", ()),
        ("asked_for", "get", ()),
        ("asked_for_and_blocking", "fetch", ()),
        ("guessed", "get", ("which 'get' is called",)),
        ("which", "fetch get", ("which contract plures.client is asked for",)),
    ],
)
def test_what_an_operation_calls(units: dict[str, Unit], operation: str, expected: str, assumed: tuple[str]) -> None:
    unit = units[f"hub.{operation}"]
    assert (" ".join(sorted(need.operation for need in unit.needs)), unit.assumed) == (expected, assumed)
    assert {need.how.name for need in unit.needs} == {"NEEDED"}


def test_the_edge_needs_what_its_code_asks_for() -> None:
    def edge() -> object:
        return object()

    application = Application(
        "islands", [Capability(islands.Base, islands.BaseService)], edge=edge, clients=[islands.Base]
    )
    unit = units_of(assemble(application))[-1]
    assert {need.operation for need in unit.needs} == {"get", "fetch"}


def test_the_views_of_flask_are_routes() -> None:
    def edge() -> object:
        app = flask.Flask("islands")

        @app.get("/get/<word>")
        def get(word: str) -> str:
            return plures.client(islands.Base).get(word)

        @app.post("/plain")
        def plain() -> str:
            return "nothing is called"

        return app

    application = Application(
        "islands", [Capability(islands.Base, islands.BaseService)], edge=edge, clients=[islands.Base]
    )
    routes = {unit.name: unit for unit in units_of(assemble(application)) if unit.kind == "route"}
    assert {need.operation for need in routes["GET /get/<word>"].needs} == {"get"}
    assert routes["POST /plain"].needs == frozenset()
