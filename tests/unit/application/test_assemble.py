"""Assembling an application: whatever is wrong with it is found, all at once, with what to write instead."""

import functools
import math
from collections.abc import AsyncIterator, Callable, Iterator
from functools import wraps
from typing import Any, Protocol

import pytest

from plures import (
    Application,
    Capability,
    Database,
    Lifecycle,
    Message,
    Migration,
    Optionally,
    command,
    contract,
    query,
)
from plures.application import assemble
from plures.errors import InvalidInput

TABLE = (Migration(1, "table", ("CREATE TABLE t (x INTEGER)",)),)


@contract("shop.tax.v1", owner="tests")
class Tax(Protocol):
    @query()
    async def rate(self, country: str = "DE") -> int: ...


@contract("shop.goods.v1", owner="tests")
class Goods(Protocol):
    @query()
    async def find(self, text: str, *, limit: int = 20) -> int: ...
    @command()
    async def put(self, key: str) -> None: ...
    @query()
    def export(self) -> AsyncIterator[int]: ...


class GoodsService:
    async def find(self, text: str, *, limit: int = 20) -> int:
        return limit

    async def put(self, key: str) -> None: ...

    async def export(self) -> AsyncIterator[int]:
        yield 1


class TaxService:
    async def rate(self, country: str = "DE") -> int:
        return 19


def problems(*capabilities: Any, name: str = "shop", edge: Any = None) -> list[tuple[str, str, str]]:
    """Code, place and text of each violation; the fix is never empty."""
    with pytest.raises(InvalidInput) as caught:
        assemble(Application(name, capabilities, edge=edge))
    assert all(violation.fix for violation in caught.value.violations)
    return [(v.code.partition(".")[2], v.where, v.what) for v in caught.value.violations]


def problem(*capabilities: Any, **more: Any) -> tuple[str, str, str]:
    [only] = problems(*capabilities, **more)
    return only


def fix(*capabilities: Any, **more: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        assemble(Application("shop", capabilities, **more))
    return caught.value.violations[0].fix


def built_by(function: Callable[..., Any]) -> Capability:
    return Capability(Tax, function)


def test_what_is_right_is_assembled() -> None:
    assembly = assemble(Application("my-shop_2", [Capability(Goods, GoodsService), Capability(Tax)]))
    assert list(assembly.capabilities) == ["goods", "tax"]
    assert assembly.contract(Goods) is assembly.capabilities["goods"].contract
    assert assembly.contract(str) is None


@pytest.mark.parametrize("name", ["", "Shop", "1shop", "my shop", "läden", "shop\n", "-shop"])
def test_a_bad_name(name: str) -> None:
    assert problem(Capability(Tax, TaxService), name=name) == ("name", f"application {name!r}", "is not a name")


def test_the_same_capability_twice() -> None:
    code, where, what = problem(Capability(Tax, TaxService), Capability(Tax, TaxService))
    assert (code, where) == ("duplicate", "capability 'tax'")
    assert what == "is declared by shop.tax.v1.Tax and by shop.tax.v1.Tax"


@pytest.mark.parametrize("thing", [TaxService, str, "shop.tax.v1", None, TaxService()])
def test_what_is_no_contract(thing: Any) -> None:
    assert problem(Capability(thing, TaxService))[0] == "no_contract"


def test_what_inherits_a_contract_is_none() -> None:
    class Inherits(Tax, Protocol): ...

    assert problem(Capability(Inherits, TaxService))[0] == "no_contract"


@pytest.mark.parametrize("thing", [Tax, TaxService, "tax", None, (Tax, TaxService)])
def test_what_is_no_capability(thing: Any) -> None:
    assert problem(thing)[0] == "no_capability"


class Incomplete(GoodsService):
    put = None  # type: ignore[assignment]  # what is looked for


class OtherNames(GoodsService):
    async def find(self, words: str, *, limit: int = 20) -> int:  # type: ignore[override]
        return 0


class OtherDefault(GoodsService):
    async def find(self, text: str, *, limit: int = 10) -> int:
        return 0


class NoDefault(GoodsService):
    async def find(self, text: str, *, limit: int) -> int:  # type: ignore[override]
        return 0


class PositionalOnly(GoodsService):
    async def put(self, key: str, /) -> None: ...  # type: ignore[override]


class KeywordOnly(GoodsService):
    async def put(self, *, key: str) -> None: ...  # type: ignore[override]


class Catches(GoodsService):
    async def put(self, *args: str, **more: str) -> None: ...


class Generates(GoodsService):
    def put(self, key: str) -> Iterator[int]:  # type: ignore[override]
        yield 1


def passed_on(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def passing(*args: Any) -> Any:
        return method(*args)

    return passing


class Wrapped(GoodsService):
    @passed_on
    async def put(self, key: str) -> None: ...


class StreamsFromDef(GoodsService):
    def export(self) -> Iterator[int]:  # type: ignore[override]
        yield 1


class Plain(GoodsService):
    def put(self, key: str) -> None: ...  # type: ignore[override]


class StreamsTooMuch(GoodsService):
    async def put(self, key: str) -> AsyncIterator[int]:  # type: ignore[override]
        yield 1


class StreamsNothing(GoodsService):
    async def export(self) -> int:  # type: ignore[override]
        return 1


@pytest.mark.parametrize(
    ("service", "broken", "method", "what"),
    [
        (Incomplete, "operation_missing", "", "has no method 'put'"),
        (OtherNames, "operation_differs", ".find", "takes (words, limit) instead of (text, limit)"),
        (OtherDefault, "operation_differs", ".find", "parameter 'limit' defaults to 10 instead of 20"),
        (NoDefault, "operation_differs", ".find", "parameter 'limit' defaults to nothing instead of 20"),
        (
            PositionalOnly, "operation_differs", ".put",
            "parameter 'key' is positional-only instead of positional or keyword",
        ),
        (KeywordOnly, "operation_differs", ".put", "parameter 'key' is keyword-only instead of positional or keyword"),
        (Catches, "operation_differs", ".put", "takes (args, more) instead of (key)"),
        (Generates, "operation_differs", ".put", "streams, but the contract does not"),
        (Wrapped, "operation_differs", ".put", "is not `async def`, though what it wraps is"),
        (StreamsFromDef, "operation_differs", ".export", "is not `async def`, as a stream has to be"),
        (StreamsTooMuch, "operation_differs", ".put", "streams, but the contract does not"),
        (StreamsNothing, "operation_differs", ".export", "is a coroutine, but the contract streams"),
    ],
)  # fmt: skip
def test_a_service_that_is_not_what_its_contract_says(service: type, broken: str, method: str, what: str) -> None:
    where = f"{service.__qualname__} (implements Goods){method}"
    assert problem(Capability(Goods, service)) == (broken, where, what)


def test_the_fix_is_the_line_to_write() -> None:
    assert fix(Capability(Goods, OtherDefault)) == "Write `async def find(self, text, *, limit=20): …`."
    assert fix(Capability(Goods, Incomplete)) == "Write `async def put(self, key): …`."
    assert fix(Capability(Goods, StreamsNothing)) == "Write `async def export(self): yield …`."


def test_a_service_may_have_plain_functions_whatever_its_contract_says() -> None:
    assemble(Application("shop", [Capability(Goods, Plain)]))


def test_the_edge_says_once_what_its_code_calls() -> None:
    application = Application("shop", [Capability(Goods, GoodsService)], clients=[Goods, Goods])
    assert assemble(application).facts.edge_needs == {"goods"}


def test_what_the_edge_calls_must_be_contracts() -> None:
    with pytest.raises(InvalidInput) as caught:
        assemble(Application("shop", [Capability(Goods, GoodsService)], clients=[Goods, GoodsService, int]))
    assert [(each.code, each.what.split()[0]) for each in caught.value.violations] == [
        ("application.no_client", "GoodsService"),
        ("application.no_client", "int"),
    ]


def test_a_service_may_take_by_position_what_is_passed_by_name() -> None:
    class Generous(GoodsService):
        async def find(self, text: str, limit: int = 20) -> int:
            return limit

    assemble(Application("shop", [Capability(Goods, Generous)]))


def test_a_function_that_composes_is_checked_by_what_it_returns() -> None:
    def compose() -> OtherDefault:
        return OtherDefault()

    assert problem(Capability(Goods, compose))[0] == "operation_differs"

    def tells_nothing():
        return OtherDefault()

    assemble(Application("shop", [Capability(Goods, tells_nothing)]))


def needs_unannotated(catalog): ...
def needs_text(name: str) -> TaxService: ...  # type: ignore[empty-body]
def needs_service(goods: GoodsService) -> TaxService: ...  # type: ignore[empty-body]
def needs_maybe(goods: Goods | None) -> TaxService: ...  # type: ignore[empty-body]
def needs_maybe_by_default(goods: Goods | None = None) -> TaxService: ...  # type: ignore[empty-body]
def needs_text_or_none(name: str | None) -> TaxService: ...  # type: ignore[empty-body]
def needs_optional_text(name: Optionally[str]) -> TaxService: ...  # type: ignore[empty-body]
def needs_bare_optional(name: Optionally) -> TaxService: ...  # type: ignore[empty-body,type-arg]
def needs_any(goods: Any) -> TaxService: ...  # type: ignore[empty-body]
def needs_missing(goods: "NotImported") -> TaxService: ...  # type: ignore[name-defined]  # noqa: F821 - what is looked for
def needs_attribute(goods: "pytest.NotThere") -> TaxService: ...  # type: ignore[name-defined]
def needs_nonsense(goods: "not a type") -> TaxService: ...  # type: ignore[valid-type]  # noqa: F722 - what is looked for
def needs_two(one: Database, other: Database) -> TaxService: ...  # type: ignore[empty-body]
def needs_by_position(goods: Goods, /) -> TaxService: ...  # type: ignore[empty-body]
async def is_awaited() -> TaxService: ...  # type: ignore[empty-body]


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (
            needs_unannotated,
            "parameter 'catalog' asks for nothing (it has no annotation), which Plures does not provide",
        ),
        (needs_text, "parameter 'name' asks for str, which Plures does not provide"),
        (needs_service, "parameter 'goods' asks for GoodsService, which Plures does not provide"),
        (needs_maybe, "parameter 'goods' asks for Goods or None, and a client is there whether Goods answers or not"),
        (
            needs_maybe_by_default,
            "parameter 'goods' asks for Goods or None, and a client is there whether Goods answers or not",
        ),
        (needs_text_or_none, "asks for str | None, which Plures does not provide"),
        (needs_optional_text, "parameter 'name' asks for Optionally of str, which is no contract"),
        (
            needs_bare_optional,
            "parameter 'name' asks for Optionally of nothing (it has no annotation), which is no contract",
        ),
        (needs_any, "parameter 'goods' asks for Any, which Plures does not provide"),
        (needs_missing, "annotation cannot be resolved: name 'NotImported' is not defined"),
        (needs_attribute, "annotation cannot be resolved: module 'pytest' has no attribute 'NotThere'"),
        (needs_nonsense, "annotation cannot be resolved: "),
        (needs_two, "asks for two databases"),
        (needs_by_position, "parameter 'goods' is positional only, and dependencies are passed by name"),
        (is_awaited, "is built by a coroutine, and Plures builds services without waiting"),
        (TaxService(), "cannot be inspected: "),
        (functools.partial(needs_text, "x"), "cannot be inspected: "),
        (7, "cannot be inspected: 7 is not a callable object"),
    ],
)
def test_constructors_that_cannot_be_called(function: Any, says: str) -> None:
    [(code, where, what), *rest] = problems(built_by(function), Capability(Goods, GoodsService))
    assert (code in {"dependency", "implementation"}, where, rest) == (True, "capability 'tax'", [])
    assert says in what


def test_parameters_that_need_nobody_are_left_alone() -> None:
    def compose(goods: Goods, lifecycle: Lifecycle, size: int = 5, *more: int, **rest: int) -> TaxService:
        return TaxService()

    assembly = assemble(Application("shop", [built_by(compose), Capability(Goods, GoodsService)]))
    assert [d.parameter for d in assembly.capabilities["tax"].dependencies] == ["goods", "lifecycle"]


def test_migrations_without_a_database() -> None:
    assert problem(Capability(Tax, TaxService, migrations=TABLE)) == (
        "unused_migrations", "capability 'tax'", "has migrations, but its implementation asks for no Database",
    )  # fmt: skip


def test_migrations_that_are_wrong() -> None:
    def compose(database: Database) -> TaxService:
        return TaxService()

    twice = (Migration(1, "a", ("SELECT 1",)), Migration(1, "b", ("SELECT 1",)))
    found = problems(Capability(Tax, compose, migrations=twice))
    assert found
    assert all("tax" in where for _, where, _ in found)


def test_an_edge_with_a_database() -> None:
    def edge(database: Database) -> None: ...

    assert problem(Capability(Tax, TaxService), edge=edge)[:2] == ("edge_database", "the edge")


def test_an_edge_that_is_an_application_already() -> None:
    async def asgi(scope, receive, send): ...

    class Framework:
        async def __call__(self, scope, receive, send): ...
        async def method(self, scope, receive, send): ...

    framework = Framework()
    for edge in (asgi, framework, framework.method):
        assembly = assemble(Application("shop", [Capability(Tax, TaxService)], edge=edge))
        assert assembly.edge is not None
        assert (assembly.edge(), assembly.edge_dependencies) == (edge, ())


def test_an_edge_that_is_neither_an_application_nor_makes_one() -> None:
    async def almost(scope, receive): ...

    class Synchronous:
        def __call__(self, scope, receive, send): ...

    for edge in (almost, Synchronous(), "web", 7):
        assert {where for _, where, _ in problems(Capability(Tax, TaxService), edge=edge)} == {"the edge"}


@pytest.mark.parametrize("deadline_s", [0, -1, math.inf, math.nan])
def test_the_time_of_a_request_is_a_length_of_time(deadline_s: float) -> None:
    with pytest.raises(InvalidInput, match="is no length of time"):
        assemble(Application("shop", [Capability(Tax, TaxService)], edge_deadline_s=deadline_s))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    def edge(database: Database, unknown: int) -> None: ...

    found = problems(
        Capability(str), Capability(Tax, TaxService, migrations=TABLE), Capability(Tax, needs_text),
        Capability(Goods, OtherDefault), name="Shop", edge=edge,
    )  # fmt: skip
    assert [code for code, *_ in found] == [
        "name", "no_contract", "unused_migrations", "dependency", "duplicate", "operation_differs", "dependency", "edge_database",
    ]  # fmt: skip


def test_what_two_contracts_share_is_reported_once() -> None:

    class Shared(Message):
        items: set[int]

    @contract("shop.one.v1", owner="tests")
    class One(Protocol):
        @query()
        async def ask(self, what: Shared) -> None: ...
        @query()
        async def ask_again(self, what: Shared) -> None: ...

    codes = [code for code, *_ in problems(Capability(One))]
    assert codes == ["mutable_type"]


@pytest.mark.parametrize("context", [int, Protocol, list, "Shopper"])
def test_the_request_context_is_a_message(context: Any) -> None:
    with pytest.raises(InvalidInput, match="is no message"):
        assemble(Application("shop", [], context=context))


def test_what_a_request_context_holds_must_be_able_to_cross() -> None:
    class Shopper(Message):
        roles: set[str]

    with pytest.raises(InvalidInput, match=r"Shopper\.roles"):
        assemble(Application("shop", [], context=Shopper))


def test_a_request_context_cannot_be_changed() -> None:
    class Shopper(Message):
        roles: list[str]

    with pytest.raises(InvalidInput, match="has parts that can be changed"):
        assemble(Application("shop", [], context=Shopper))
