"""What each operation calls, read from its code: one form of calling for each operation of `islands.HubService`."""

from typing import Any

import islands
import pytest

from plures import Application, Capability
from plures.application import assemble
from plures.isolation import Unit, units_of


@pytest.fixture(scope="module")
def units() -> dict[str, Unit]:
    hub: Any = islands.Hub
    application = Application("islands", [*islands.COMMON, Capability(hub, islands.HubService)])
    return {unit.name: unit for unit in units_of(assemble(application))}


def needs(unit: Unit) -> str:
    return " ".join(f"{need.capability}.{need.operation}:{need.how.name.lower()}" for need in sorted(unit.needs))


GET = "base.get:needed"


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("nothing", ""),
        ("direct", GET),
        ("through_group", GET),
        ("through_method", GET),
        ("through_super", GET),
        ("through_function", GET),
        ("through_keyword", GET),
        ("through_inner", GET),
        ("through_lambda", GET),
        ("through_argument", GET),
        ("through_partial", GET),
        ("through_kept_partial", GET),
        ("through_object", GET),
        ("through_new_object", GET),
        ("through_dataclass", GET),
        ("through_class_method", GET),
        ("through_static_method", GET),
        ("through_property", GET),
        ("through_cached_property", GET),
        ("through_context", "base.fetch:needed"),
        ("through_context_manager", "base.fetch:needed base.get:needed"),
        ("together", "base.fetch:needed base.get:needed"),
        ("in_loop", GET),
        ("chosen", GET),
        ("unpacked", GET),
        ("to_a_thread", GET),
        ("in_task", GET),
        ("streaming", "base.flow:needed"),
        ("matched", GET),
        ("decorated", GET),
        ("decorated_without_its_name", GET),
        ("optional", "extra.hint:optional"),
        ("with_fallback", "extra.hint:optional"),
        ("optional_here", "base.get:optional"),
        ("caught", "base.get:caught"),
        ("caught_as_any", "base.get:caught"),
        ("caught_and_raised", GET),
        ("caught_something_else", GET),
        ("suppressed", "base.get:caught"),
        ("gathered", "base.get:caught"),
        ("caught_here_and_not_there", GET),
    ],
)
def test_what_an_operation_calls(units: dict[str, Unit], operation: str, expected: str) -> None:
    unit = units[f"hub.{operation}"]
    assert (needs(unit), unit.assumed) == (expected, ())


def test_every_form_is_asked_for(units: dict[str, Unit]) -> None:
    (mark,) = test_what_an_operation_calls.pytestmark  # type: ignore[attr-defined]  # what pytest keeps there
    asked = {f"hub.{operation}" for operation, _ in mark.args[1]} | {"hub.given_away", "hub.guessed"}
    assert {name for name in units if name.startswith("hub.")} == asked


def test_what_is_given_away_may_do_anything(units: dict[str, Unit]) -> None:
    unit = units["hub.given_away"]
    assert needs(unit) == "base.fetch:needed base.flow:needed base.get:needed"
    assert unit.assumed == ("what is done with <client of islands.base.v1.Base>",)


def test_what_cannot_be_told_apart_is_assumed(units: dict[str, Unit]) -> None:
    assert (needs(units["hub.guessed"]), units["hub.guessed"].assumed) == (GET, ("which 'get' is called",))


def test_a_handler_is_read_as_well(units: dict[str, Unit]) -> None:
    assert (units["extra.hear"].kind.value, needs(units["extra.hear"])) == ("handler", "base.fetch:needed")


def test_a_capability_that_runs_elsewhere_calls_what_is_not_known() -> None:
    application = Application("islands", [Capability(islands.Base), Capability(islands.Extra, islands.ExtraService)])
    unit = units_of(assemble(application))[0]
    assert (unit.name, unit.needs, unit.assumed) == ("base.get", frozenset(), ("it runs elsewhere",))


def test_a_service_that_cannot_be_told_is_assumed_to_call_all_that_it_asks_for() -> None:
    def make(base: islands.Base) -> islands.Extra:
        makers: Any = {"extra": islands.ExtraService}
        return makers[base.__class__.__name__](base)  # type: ignore[no-any-return]

    application = Application(
        "islands", [Capability(islands.Base, islands.BaseService), Capability(islands.Extra, make)]
    )
    unit = next(unit for unit in units_of(assemble(application)) if unit.name == "extra.hint")
    assert needs(unit) == "base.fetch:needed base.flow:needed base.get:needed"
    assert unit.assumed == (
        "what test_a_service_that_cannot_be_told_is_assumed_to_call_all_that_it_asks_for.<locals>.make makes",
    )
