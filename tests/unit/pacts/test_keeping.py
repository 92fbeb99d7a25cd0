"""An expectation that a contract cannot keep is told from the contract alone, and so is whom a change concerns."""

from typing import Annotated, Any, Protocol

import pytest

from plures import ContractError, Message, Meta, contract, query
from plures.contract import read_contract
from plures.errors import InvalidInput
from plures.pacts import Expectation, read_pacts, shortened, touches, why_broken, written


class Unknown(ContractError, status="not_found"):
    """There is none."""

    id: str


class Part(Message):
    id: str
    weight: float | None = None
    colours: tuple[str, ...] = ()


class Kit(Message):
    name: Annotated[str, Meta(max_length=5)]
    parts: tuple[Part, ...]


@contract("shop.kits.v1", owner="kits")
class Kits(Protocol):
    """Knows kits."""

    @query(errors=[Unknown])
    async def get(self, kit: Annotated[str, Meta(min_length=1)]) -> Kit: ...


KITS = read_contract(Kits)[0]
PATH = "/shop.kits.v1.Kits/Get"
KIT = {"name": "Lamp", "parts": [{"id": "foot"}]}


def expects(request: Any, answer: Any, path: str = PATH, **more: Any) -> Expectation:
    return Expectation("web", "shop.kits.v1", path, request, answer, tests=("t.py::test_it",), **more)


@pytest.mark.parametrize(
    ("expectation", "why"),
    [
        (expects({"kit": "k1"}, KIT), ""),
        (expects({"kit": ""}, KIT), "the request is refused: kit: Expected `str` of length >= 1"),
        (expects({"kit": "k1"}, KIT | {"name": "Lantern"}), "name: Expected `str` of length <= 5"),
        (expects({"kit": "k1"}, KIT | {"price": 5}), "price is gone"),
        (expects({"kit": "k1"}, {"name": "Lamp", "parts": [{"id": "foot", "size": 1}]}), "parts[].size is gone"),
        (expects({"kit": "k1"}, KIT, "/shop.kits.v1.Kits/Find"), "there is no operation Find"),
        (expects({"kit": "k1"}, {"id": "k1"}, error="shop.kits.v1.Unknown", code="not_found"), ""),
        (expects({"kit": "k1"}, {}, error="shop.kits.v1.Sold", code="aborted"), "Sold is no error that Get declares"),
        (expects({"kit": "k1"}, [KIT], streams=True), "it does not stream"),
    ],
)
def test_why_a_contract_cannot_keep_it(expectation: Expectation, why: str) -> None:
    assert why_broken(expectation, KITS) == why


@pytest.mark.parametrize(
    ("places", "is_touched"),
    [
        ((), True),
        (("Get response.parts[].id",), True),
        (("Get response.parts[].new",), True),
        (("Get response.parts[].weight.unit",), False),
        (("Get request.kit",), True),
        (("Find response.name",), False),
    ],
)
def test_whom_a_change_concerns(places: tuple[str, ...], is_touched: bool) -> None:
    assert touches(expects({"kit": "k1"}, KIT), places) is is_touched


def test_an_answer_is_kept_short_and_without_what_the_test_did_not_say() -> None:
    answer = {"name": "Lamp", "parts": [{"id": str(n), "colours": []} for n in range(9)] + [{"id": "x", "weight": 2.5}]}
    short = shortened(KITS.operations["get"].answer.message, answer)
    assert short == {"name": "Lamp", "parts": [{"id": "0"}, {"id": "x", "weight": 2.5}]}


def test_files_say_what_was_recorded(tmp_path: Any) -> None:
    said = [
        expects({"kit": "k1"}, KIT),
        expects(
            {"id": "k1"},
            {"id": "k1"},
            error="shop.kits.v1.Unknown",
            code="not_found",
            status=404,
            state="no kits",
            parameters={"n": 0},
        ),
        expects({"kit": "k1"}, [KIT, KIT], "/shop.kits.v1.Kits/All", streams=True),
    ]
    for name, text in written(said).items():
        (tmp_path / name).write_text(text)
    assert sorted(read_pacts(tmp_path), key=lambda each: each.order) == sorted(said, key=lambda each: each.order)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<<<<<<< ours",
        "[]",
        '{"consumer": {"name": "a"}}',
        '{"metadata": {"pactSpecification": {"version": "2.0.0"}}, "consumer": {"name": "a"}, "provider": {"name": "b"}, "interactions": []}',
    ],
)
def test_a_damaged_file_is_told(tmp_path: Any, text: str) -> None:
    (tmp_path / "a-b.json").write_text(text)
    with pytest.raises(InvalidInput, match="it is no pact file of version 4"):
        read_pacts(tmp_path)
