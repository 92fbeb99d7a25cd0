"""An edge of which the application names the place alone: only the process that hosts it imports it."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plures import Application, Capability, PluresError
from plures.application import assemble
from plures.errors import InvalidInput
from plures.host import Host, Placement
from plures.topology import parse
from tests.unit.host.parts import A, Notes

Make = Callable[..., Host]
HERE = "tests.unit.host.edge.places"


def host(place: str, data: Path, *, hosts_it: bool = True, text: str = "", clients: Any = (A,)) -> Host:
    application = Application("parts", [Capability(A, Notes().service("a"))], edge=place, clients=clients)
    policies = parse(f'[application]\nimport = "a:a"\n{text}').topology().policies
    return Host(assemble(application), Placement(frozenset("a"), hosts_it, data, policies=policies))


async def test_only_the_process_that_hosts_it_imports_it(tmp_path: Path) -> None:
    sys.modules.pop(HERE, None)
    elsewhere = host(f"{HERE}:web", tmp_path, hosts_it=False)
    await elsewhere.start()
    assert (elsewhere.public, HERE in sys.modules) == (None, False)
    await elsewhere.stop()
    here = host(f"{HERE}:web", tmp_path)
    await here.start()
    assert here.public is not None
    assert HERE in sys.modules
    await here.stop()


async def test_a_function_there_gets_what_the_application_lists(tmp_path: Path) -> None:
    running = host(f"{HERE}:asks_for_a", tmp_path)
    await running.start()
    from tests.unit.host.edge import places

    assert await places.LATER["a"].ask() == "a"
    await running.stop()


@pytest.mark.parametrize(
    ("attribute", "code", "said"),
    [
        ("asks_for_b", "application.edge_untold", "asks for B, of which the application says nothing"),
        ("gone", "application.not_loaded", "no 'gone' there"),
        ("makes_nothing", "host.edge_not_callable", "of type NoneType"),
    ],
)
async def test_what_is_wrong_with_it_is_told_when_it_is_imported(
    attribute: str, code: str, said: str, tmp_path: Path
) -> None:
    running = host(f"{HERE}:{attribute}", tmp_path)
    with pytest.raises(PluresError) as caught:
        await running.start()
    codes = [each.code for each in getattr(caught.value, "violations", ())] or [caught.value.code]
    assert codes == [code]
    assert said in str(caught.value)


async def test_a_module_that_is_not_there_is_named(tmp_path: Path) -> None:
    running = host("no_such_shop.web:app", tmp_path)
    with pytest.raises(PluresError, match="there is no module 'no_such_shop'") as caught:
        await running.start()
    assert 'edge="shop.web:app"' in caught.value.fix


def test_a_text_that_is_no_place_is_refused_at_assembly() -> None:
    with pytest.raises(InvalidInput) as caught:
        assemble(Application("parts", [], edge="shop.web"))
    assert [each.code for each in caught.value.violations] == ["application.edge_import"]


def test_an_application_may_have_an_edge_and_no_capability_yet() -> None:
    facts = assemble(Application("parts", [], edge="shop.web:app")).facts
    assert (facts.has_edge, facts.edge_needs) == (True, frozenset())


async def test_the_file_has_the_figures_of_the_edge(tmp_path: Path) -> None:
    running = host(f"{HERE}:web", tmp_path, text="[edge]\ndeadline_s = 20\nthreads = 3\n")
    await running.start()
    assert vars(running.public)["_deadline_s"] == 20
    await running.stop()


def test_a_figure_out_of_bounds_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse('[application]\nimport = "a:a"\n[edge]\ndeadline_s = 0\nthreads = 5000\n')
    assert [each.code for each in caught.value.violations] == ["topology.policy_figure"] * 2
