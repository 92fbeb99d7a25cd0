"""Which requests are asked, and what is said of those that cannot be."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from plures.isolation import BadRequests, Fate, Unit, UnitKind, Verdict, requests_from


def route(name: str) -> Unit:
    return Unit(name, "", UnitKind.ROUTE, frozenset())


UNITS = [
    Unit("shop.find", "shop", UnitKind.OPERATION, frozenset()),
    route("GET /"),
    route("POST /"),
    route("GET /items/{item_id}"),
    route("GET /items/{item_id}/more"),
    route("GET /files/{name:path}"),
    route("GET /mounted/…"),
]


def asked(source: str | None) -> list[tuple[str, str]]:
    return [(request.unit, request.name) for request in requests_from(source, UNITS)]


def test_each_route_of_get_without_parameters() -> None:
    assert asked(None) == [("GET /", "GET /")]


def test_paths_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "requests.txt"
    file.write_text("# what customers look at\n/\n\nGET /items/3   # one\n/items/3/more?all=1\n/files/a/b.txt\n")
    assert asked(str(file)) == [
        ("GET /", "GET /"),
        ("GET /items/{item_id}", "GET /items/3"),
        ("GET /items/{item_id}/more", "GET /items/3/more?all=1"),
        ("GET /files/{name:path}", "GET /files/a/b.txt"),
    ]


@pytest.fixture
def module() -> Any:
    made: Any = ModuleType("asked_of_it")
    sys.modules["asked_of_it"] = made
    yield made
    del sys.modules["asked_of_it"]


async def buy(url: str) -> None: ...


def test_functions_of_the_application(module: Any) -> None:
    module.REQUESTS = {"POST /": buy, "shop.find": buy}
    assert asked("asked_of_it:REQUESTS") == [("POST /", "POST /"), ("shop.find", "shop.find")]


def test_what_cannot_be_asked(tmp_path: Path, module: Any) -> None:
    (tmp_path / "wrong.txt").write_text("/\n/itms/3\n")
    (tmp_path / "empty.txt").write_text("# nothing\n")
    module.LIST, module.WRONG, module.NONE = [buy], {"shop.fnd": buy}, {}
    for source, says in {
        str(tmp_path / "wrong.txt"): "line 2: no route of GET fits /itms/3: the edge has /, /items/{item_id}",
        str(tmp_path / "empty.txt"): "There is no request to ask",
        str(tmp_path / "none.txt"): "Cannot read the requests in",
        "not_there:REQUESTS": "Cannot import the requests not_there:REQUESTS",
        "asked_of_it:OTHERS": "Cannot import the requests asked_of_it:OTHERS",
        "asked_of_it:LIST": "names no requests: it is no mapping",
        "asked_of_it:WRONG": "there is no operation or route 'shop.fnd'",
        "asked_of_it:NONE": "There is no request to ask",
    }.items():
        with pytest.raises(BadRequests) as refused:
            requests_from(source, UNITS)
        assert says in str(refused.value)
        assert refused.value.fix
    with pytest.raises(BadRequests, match="no route of GET is without parameters"):
        requests_from(None, [route("GET /{name}")])


@pytest.mark.parametrize(
    ("computed", "seen", "agrees", "is_better"),
    [
        (Fate.WORKS, Fate.WORKS, True, False),
        (Fate.WORKS, Fate.DEGRADES, False, False),
        (Fate.WORKS, Fate.FAILS, False, False),
        (Fate.DEGRADES, Fate.WORKS, True, True),
        (Fate.DEGRADES, Fate.FAILS, False, False),
        (Fate.FAILS, Fate.DEGRADES, True, True),
        (Fate.HANDLED, Fate.FAILS, True, False),
        (Fate.HANDLED, Fate.WORKS, True, False),
    ],
)
def test_what_agrees(computed: Fate, seen: Fate, agrees: bool, is_better: bool) -> None:
    verdict = Verdict("GET /", "GET /", computed, seen)
    assert (verdict.agrees, verdict.is_better) == (agrees, is_better)
