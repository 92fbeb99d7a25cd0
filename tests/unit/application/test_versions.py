"""A capability that serves several versions of its contract: what assembling it reveals, and everything that is refused."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

import pytest

from plures import (
    Application,
    Capability,
    Database,
    Event,
    Events,
    Migration,
    Sagas,
    Settings,
    contract,
    query,
    subscribe,
)
from plures.application import assemble
from plures.errors import InvalidInput
from plures.topology import check, make_plan, parse

TABLE = (Migration(1, "table", ("CREATE TABLE t (x INTEGER)",)),)


class Found(Event):
    """It was found."""


class FoundOnce(Event):
    """It was found, as it was told before."""


@contract("shop.search.v2", owner="tests", events=[Found])
class Search(Protocol):
    @query()
    async def find(self, text: str) -> int: ...
    @query()
    async def count(self) -> int: ...


@contract("shop.search.v1", owner="tests", events=[FoundOnce])
class SearchV1(Protocol):
    @query()
    async def find(self, words: str) -> str: ...


@contract("shop.search.v3", owner="tests")
class SearchV3(Protocol):
    @query()
    async def find(self, words: str) -> str: ...


@contract("shop.pages.v1", owner="tests")
class Pages(Protocol):
    @query()
    async def find(self, words: str) -> str: ...


@contract("shop.old.v1", owner="tests")
class OldCaller(Protocol):
    @query()
    async def find(self, words: str) -> str: ...


class SearchService:
    async def find(self, text: str) -> int:
        return 1

    async def count(self) -> int:
        return 2


class Adapter:
    def __init__(self, search: Search, pages: Pages) -> None: ...
    async def find(self, words: str) -> str:
        return ""


class Bare:
    async def find(self, words: str) -> str:
        return ""


class OldCallerService:
    def __init__(self, search: SearchV1) -> None: ...
    async def find(self, words: str) -> str:
        return ""


def shop(older: Any = (), *more: Capability, implementation: Any = SearchService, **rest: Any) -> Application:
    return Application("shop", [Capability(Search, implementation, older=older, **rest), *more])


def test_all_versions_belong_to_one_capability() -> None:
    pages, old = Capability(Pages, Bare), Capability(OldCaller, OldCallerService)
    assembly = assemble(shop([Capability(SearchV1, Adapter)], pages, old))
    search = assembly.capabilities["search"]
    assert [each.name for each in search.contracts] == ["shop.search.v2", "shop.search.v1"]
    assert assembly.contract(SearchV1) is search.contracts[1]
    # What an adapter calls, its capability calls; that it calls the version beside it is no call of another capability.
    assert assembly.call_graph == {"search": {"pages"}, "pages": set(), "old": {"search"}}
    assert assembly.reachable_from("search") == {"pages"}
    assert [assembly.callers_of(each) for each in (SearchV1, Search, Pages)] == [("old",), (), ("search",)]
    assert assembly.operation_names["search"] == ("find", "count")
    assert assembly.facts.capabilities["search"].versions == ("v2", "v1")
    assert assembly.facts.capabilities["old"].needs_versions == {"search": ("v1",)}


def test_the_youngest_of_the_older_ones_comes_first() -> None:
    older = [Capability(SearchV1, Bare), Capability(Search, SearchService)]
    assembly = assemble(Application("shop", [Capability(SearchV3, Bare, older=older)]))
    assert [each.version for each in assembly.contracts] == ["v3", "v2", "v1"]


def test_a_wrapped_class_may_be_the_older_version() -> None:
    class Legacy:
        def find(self, words: str) -> str:
            return words

    older = Capability.wrap(Legacy, name="shop.search.v1", owner="tests", queries=["find"])
    assembly = assemble(shop([older]))
    assert [each.service for each in assembly.contracts] == ["shop.search.v2.Search", "shop.search.v1.Search"]


def test_what_adapters_ask_for_belongs_to_the_capability() -> None:
    class Counting(Settings):
        most: int = 5

    class Keeping(Bare):
        def __init__(self, database: Database, events: Events, settings: Counting) -> None: ...

    search = assemble(shop([Capability(SearchV1, Keeping)], migrations=TABLE)).capabilities["search"]
    assert (search.has_database, search.publishes, search.settings) == (True, True, Counting)


def test_who_calls_one_version_may_not_call_the_others() -> None:
    pages, old = Capability(Pages, Bare), Capability(OldCaller, OldCallerService)
    facts = assemble(shop([Capability(SearchV1, Adapter)], pages, old)).facts
    text = '[application]\nimport = "shop:app"\n[topology.it]\nsearch = { capabilities = ["search"] }\nrest = { capabilities = ["*"] }'
    plan = make_plan(check(parse(text).topology("it"), facts), facts)
    assert [(call.caller, call.capability, call.versions) for call in plan.calls] == [
        ("search", "pages", ()),
        ("old", "search", ("v1",)),
    ]


class Handles(Bare):
    @subscribe()
    async def hear(self, event: Found) -> None: ...


class BeginsSagas(Bare):
    def __init__(self, sagas: Sagas, database: Database) -> None: ...


class AsksForItself(Bare):
    def __init__(self, search: SearchV1) -> None: ...


class Mine(Settings):
    a: int = 1


class Theirs(Settings):
    b: int = 1


class WithMine(SearchService):
    def __init__(self, settings: Mine) -> None: ...


class WithTheirs(Bare):
    def __init__(self, settings: Theirs) -> None: ...


V1 = Capability(SearchV1, Bare)


@pytest.mark.parametrize(
    ("older", "implementation", "says"),
    [
        (V1, SearchService, "which is no list of capabilities"),
        ([SearchV1], SearchService, "which is no list of capabilities"),
        ([Capability(Bare, Bare)], SearchService, "is not a contract"),
        ([Capability(Pages, Bare)], SearchService, "shop.pages.v1 among its older versions, which is no version of shop.search.v2"),
        ([Capability(SearchV3, Bare)], SearchService, "shop.search.v3 among its older versions, and serves shop.search.v2"),
        ([Capability(Search, SearchService)], SearchService, "shop.search.v2 among its older versions, and serves shop.search.v2"),
        ([V1, V1], SearchService, "shop.search.v1 among its older versions twice"),
        ([Capability(SearchV1, Bare, migrations=TABLE)], SearchService, "has migrations, and is an older version"),
        ([Capability(SearchV1, Bare, shared_tables=["t"])], SearchService, "has shared_tables, and is an older version"),
        ([Capability(SearchV1, Bare, older=[V1])], SearchService, "has older versions, and is an older version"),
        ([Capability(SearchV1, Handles)], SearchService, "has the handler 'hear' of an event, and is an older version"),
        ([Capability(SearchV1, BeginsSagas)], SearchService, "has sagas of its own, and is an older version"),
        ([Capability(SearchV1)], SearchService, "has none, so that it runs elsewhere, and the newest version has an implementation"),
        ([V1], None, "has an implementation, and the newest version has none, so that it runs elsewhere"),
        ([Capability(SearchV1, AsksForItself)], SearchService, "asks for the contract that it implements itself"),
        ([Capability(SearchV1, WithTheirs)], WithMine, "asks for the settings Theirs, and the newest version has Mine"),
        ([Capability(SearchV1, SearchService)], SearchService, "takes (text) instead of (words)"),
    ],
)  # fmt: skip
def test_what_is_refused(older: Sequence[Capability], implementation: Any, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        assemble(shop(older, implementation=implementation))
    assert says in str(caught.value)


def test_versions_as_two_capabilities_are_told_how_to_be_one() -> None:
    with pytest.raises(InvalidInput, match=r"One capability serves both: Capability\(newest, …, older="):
        assemble(Application("shop", [Capability(Search, SearchService), V1]))


def test_an_event_belongs_to_one_version() -> None:
    @contract("shop.search.v1", owner="tests", events=[Found])
    class Again(Protocol):
        @query()
        async def find(self, words: str) -> str: ...

    with pytest.raises(InvalidInput, match=r"declared by the contracts shop\.search\.v2 and shop\.search\.v1"):
        assemble(shop([Capability(Again, Bare)]))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"deprecated": "2026"}, "deprecated='2026' is no day"),
        ({"stability": "deprecated"}, "it is deprecated, and has no day from which on it is"),
        ({"stability": "deprecated", "sunset": date(2031, 1, 1)}, "it is deprecated, and has no day"),
        ({"stability": "stable", "deprecated": date(2026, 1, 1)}, "it is stable, and has a day from which on"),
        ({"deprecated": date(2027, 1, 1), "sunset": date(2026, 12, 31)}, "its sunset is before the day from which on"),
        ({"sunset": date(2026, 12, 31)}, "it is stable, and has a sunset"),
    ],
)
def test_days_that_contradict_are_refused(given: dict[str, Any], says: str) -> None:
    @contract("shop.search.v1", owner="tests", **given)
    class Wrong(Protocol):
        @query()
        async def find(self, words: str) -> str: ...

    with pytest.raises(InvalidInput) as caught:
        assemble(shop([Capability(Wrong, Bare)]))
    assert says in str(caught.value)
