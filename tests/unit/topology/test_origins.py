"""`origins` of `[access.callers]`: pages whose calls are published."""

import pytest

from plures.errors import InvalidInput
from plures.topology import (
    ApplicationFacts,
    CapabilityFacts,
    OutsideCaller,
    Secret,
    calls_between,
    check,
    parse,
    summarise,
)

FACTS = ApplicationFacts(
    {
        "search": CapabilityFacts(operations=("Find", "Suggest"), versions=("v2", "v1")),
        "till": CapabilityFacts(operations=("Total",), versions=("v1",)),
    },
    has_edge=True,
)
HEAD = '[application]\nimport = "shop.app:app"\n'
WEB = '[access.callers.web]\nmay_call = ["search.v1/Find", "till"]\norigins = ["https://shop.example"]\n'
APART = '[topology.it]\nweb-front = { edge = true }\nrest = { capabilities = ["*"] }\n'


def problems(text: str, facts: ApplicationFacts = FACTS) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as raised:
        check(parse(HEAD + text + APART).topology("it"), facts)
    return [(it.what, it.fix) for it in raised.value.violations]


def test_pages_need_no_token_and_may_have_one() -> None:
    (web,) = parse(HEAD + WEB).callers
    assert web == OutsideCaller("web", ("search.v1/Find", "till"), None, ("https://shop.example",))
    assert not web.is_program
    (desk,) = parse(f'{HEAD}{WEB}token = "${{WEB}}"\n').callers
    assert (desk.token, desk.is_program) == (Secret("${WEB}"), True)


@pytest.mark.parametrize(
    "origin",
    ["https://shop.example", "http://localhost:5173", "https://shop.example:8443", "http://127.0.0.1:3000", "http://[::1]:8080",
     "https://xn--kse-qla.example", "https://my_shop.example", "http://intranet"],
)  # fmt: skip
def test_origins_as_browsers_say_them(origin: str) -> None:
    (web,) = parse(HEAD + WEB.replace("https://shop.example", origin)).callers
    assert web.origins == (origin,)


@pytest.mark.parametrize(
    ("origin", "what", "fix"),
    [
        ("null", "frames without an origin", "an address of its own"),
        ("*", "sites that are not known yet", "Name each origin"),
        ("https://*.shop.example", "sites that are not known yet", "Name each origin"),
        ("https://shop.example/", "more than scheme, host and port", 'Write "https://shop.example".'),
        ("https://shop.example/cart?a#b", "more than scheme, host and port", 'Write "https://shop.example".'),
        ("https://me@shop.example", "more than scheme, host and port", 'Write "https://shop.example".'),
        ("https://Shop.Example", "spell it in another way", 'Write "https://shop.example".'),
        ("https://shop.example:443", "spell it in another way", 'Write "https://shop.example".'),
        ("http://shop.example:80", "spell it in another way", 'Write "http://shop.example".'),
        ("https://käse.example", "spell it in another way", 'Write "https://xn--kse-qla.example".'),
        ("http://[0:0:0:0:0:0:0:1]:8080", "spell it in another way", 'Write "http://[::1]:8080".'),
        ("shop.example", "neither https nor http", "Write scheme and host"),
        ("localhost:5173", "neither https nor http", "Write scheme and host"),
        ("capacitor://localhost", "neither https nor http", "Write scheme and host"),
        ("https://", "names no host", "Write scheme and host"),
        ("http://2130706433", "names no host", "Write scheme and host"),
        ("https://shop example", "names no host", "Write scheme and host"),
        ("https://shop.example:port", "no URL", "Write scheme and host"),
        ("", "neither https nor http", "Write scheme and host"),
    ],
)
def test_what_is_none_is_told_with_what_to_write(origin: str, what: str, fix: str) -> None:
    ((told, remedy),) = problems(WEB.replace("https://shop.example", origin))
    assert (f"{origin!r} is no origin of pages" in told, what in told, fix in remedy) == (True, True, True), told


def test_all_mistakes_are_told_at_once() -> None:
    wrong = WEB.replace('"till"', '"*"').replace(
        '["https://shop.example"]', '["null", "https://a.example", "https://a.example", 5]'
    )
    assert [what.partition(": ")[0] for what, _ in problems(wrong)] == [
        "has a whole number in it where a string belongs",
        "'null' is no origin of pages",
        "has 'https://a.example' more than once",
        "publishes everything, what is added later too",
    ]
    assert [what for what, _ in problems(WEB.replace('["https://shop.example"]', "[]"))] == ["is empty"]


def test_what_does_not_fit_the_application() -> None:
    assert ["'paymnt'" in what for what, _ in problems(WEB.replace('"till"', '"paymnt"'))] == [True]
    edgeless = ApplicationFacts(FACTS.capabilities)
    told = problems(WEB, edgeless)
    assert any("has nowhere to be published" in what for what, _ in told), told
    assert any("has this name too" in what for what, _ in problems(WEB.replace("callers.web", "callers.rest")))


def test_the_edge_calls_what_is_published() -> None:
    resolved = check(parse(HEAD + WEB + APART).topology("it"), FACTS)
    calls = [
        (call.caller, call.capability, call.source, call.target, call.versions)
        for call in calls_between(resolved, FACTS)
    ]
    assert calls == [(None, "search", "web-front", "rest", ("v1",)), (None, "till", "web-front", "rest", ())]
    (told,) = summarise(resolved, FACTS).published
    assert (told.caller, told.operations, told.needs_token) == ("web", ("search.v1/Find", "till/Total"), False)
