"""Which page may ask for what, and as whom."""

import pytest

from plures.access import Caller, CallerKind, Pages, digest_of, issue
from plures.errors import AccessDenied, Unauthenticated
from plures.topology import ApplicationFacts, CapabilityFacts, check, make_plan, parse

TOKEN, FIND, PAY, TOTAL = "0123456789abcdef", "/a.search.v1.Search/Find", "/a.pay.v1.Pay/Pay", "/a.till.v1.Till/Total"
PATHS = {"search": [FIND, "/a.search.v1.Search/Index"], "pay": [PAY], "till": [TOTAL]}
SHOP, DESK = "https://shop.example", "https://desk.example"


def page(name: str, *may_call: str, origins: tuple[str, ...] = (SHOP,), token: str = "") -> Caller:
    return Caller(name, CallerKind.OUTSIDE, digest_of(token) if token else "", may_call, origins=origins)


PAGES = Pages(
    [page("web", "search/Find"), page("desk", "till", "search/Find", origins=(DESK, SHOP), token=TOKEN)], PATHS
)


def test_what_is_published() -> None:
    assert PAGES.published == {FIND, TOTAL}
    assert [PAGES.knows(it) for it in (SHOP, DESK, "", "null", "https://evil.example")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert [PAGES.shows_token(SHOP, it) for it in (FIND, TOTAL, PAY)] == [True, True, False]


def test_a_page_is_the_caller_whose_token_it_shows_else_anyone() -> None:
    shown = f"Bearer {TOKEN}".encode()
    assert [PAGES.caller(FIND, SHOP, it).name for it in (None, shown, b"Bearer other-than-that")] == [
        "web",
        "desk",
        "web",
    ]
    assert PAGES.caller(TOTAL, DESK, shown).name == "desk"
    assert PAGES.caller(FIND, None, None).name == "web"


@pytest.mark.parametrize(
    "header", [None, b"", b"Basic eDp5", b"Bearer", b"Bearer other-than-that", b"Bearer a, Bearer b"]
)
def test_without_its_token_a_page_is_told_whose_is_needed(header: bytes | None) -> None:
    with pytest.raises(Unauthenticated) as refused:
        PAGES.caller(TOTAL, DESK, header)
    assert "other-than-that" not in str(refused.value)


@pytest.mark.parametrize(
    "origin", ["", "null", "https://evil.example", "https://shop.example.evil.example", SHOP.upper()]
)
def test_other_pages_may_ask_for_nothing(origin: str) -> None:
    with pytest.raises(AccessDenied, match="published to no such page"):
        PAGES.caller(FIND, origin, f"Bearer {TOKEN}".encode())


def test_a_page_may_ask_for_nothing_else() -> None:
    with pytest.raises(AccessDenied, match=r'add "pay/Pay" to may_call of \[access.callers.web\]'):
        PAGES.caller(PAY, SHOP, None)


def test_only_the_process_with_the_edge_knows_pages() -> None:
    facts = ApplicationFacts({name: CapabilityFacts(operations=("Find",)) for name in PATHS}, has_edge=True)
    text = f"""
[application]
import = "a.app:app"
[access.callers.web]
may_call = ["search/Find"]
origins = ["{SHOP}"]
[topology.it]
front = {{ edge = true }}
rest = {{ capabilities = ["*"] }}
"""
    issued = issue(make_plan(check(parse(text).topology("it"), facts), facts), {})
    assert [caller.name for caller in issued.access["front"].pages] == ["web"]
    assert issued.access["rest"].pages == ()
    # The page itself is no caller of a process: the edge is.
    assert [(it.name, it.may_call) for it in issued.access["rest"].callers if it.kind is not CallerKind.TOOLS] == [
        ("front", ("search",))
    ]
    assert issued.access["front"].tokens.keys() == {"search"}
