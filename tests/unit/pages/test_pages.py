"""Pages about contracts: what they tell, and that texts of people stay texts."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from marketplace.app import app
from plures.application import assemble
from plures.compat import (
    Contract,
    Enumeration,
    Failure,
    Field,
    Happening,
    ListOf,
    Named,
    Operation,
    Record,
    Scalar,
    described,
    numbered,
    read_lock,
)
from plures.contract import Stability
from plures.pages import Beside, ContractPage, Site, contract_main, index_main, page_of, policy, shell, site_files
from plures.pages.examples import example_of

LOCKS = Path(__file__).parents[3] / "contracts"
TEXT = Scalar("string")
EVIL = """<script>alert(1)</script>"><img src=x onerror=alert(2)> javascript:alert(3) </style></script>"""


def shop(doc: str = "Finds things.", **changed: object) -> Contract:
    contract = Contract(
        "shop.search.v2",
        "shop.search.v2.Search",
        "discovery",
        {
            "Find": Operation("query", True, False, 1.0, "FindRequest", "FindResponse", ("Gone",), doc=doc),
            "Buy": Operation("command", False, False, 2.5, "BuyRequest", "Hit", (), "Found", "*", doc=doc),
            "Watch": Operation("query", True, True, 1.0, "FindRequest", "Hit", (), doc=doc),
        },
        {
            "FindRequest": Record({"text": Field(Scalar("string", {"min_length": 7}), 1, doc=doc), "exact": Field(Scalar("bool"), 2, required=False, default=False)}),
            "FindResponse": Record({"value": Field(ListOf(Named("Hit")), 1, required=False)}),
            "BuyRequest": Record({"hit": Field(Named("Hit"), 1)}),
            "Hit": Record({"id": Field(TEXT, 1, doc=doc), "state": Field(Named("State"), 2)}, {"price": 3}, doc=doc),
            "Gone": Record({"id": Field(TEXT, 1)}, doc=doc),
            "Found": Record({"id": Field(TEXT, 1)}, doc=doc),
        },
        {"State": Enumeration({"NEW": 1, "OLD": 2}, doc=doc)},
        {"Gone": Failure("not_found", "Gone")},
        {"Found": Happening("Found", "id")},
        version="2.3.0",
        doc=doc,
    )  # fmt: skip
    return replace(contract, **changed)  # type: ignore[arg-type]


def text_of(html: str) -> str:
    """What a reader sees."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(contract: Contract, **told: object) -> ContractPage:
    return ContractPage(contract, "search", **told)  # type: ignore[arg-type]


def test_a_page_tells_what_a_caller_needs() -> None:
    contract = shop(stability=Stability.DEPRECATED, sunset=date(2031, 6, 30))
    told = page(contract, callers=("the edge", "cart"), calls=("stock",))
    said = text_of(contract_main(told, Site("shop", (told,))))
    for words in (
        "shop.search.v2 2.3.0 deprecated until 2031-06-30",
        "Owner discovery",
        "It is served until 2031-06-30 , and may be gone after it.",
        "Callers the edge, cart",
        "Calls stock",
        "Find query",
        "Deadline: 2.5 s",
        "text string , length at least 7 required no. 1",
        "exact bool Default: False . no. 2",
        "Gone not_found",
        "Events with one id come in their order.",
        "Once it had: price.",
        "Headers of the request id string required no. 1 ",
        "Headers of the answer Whatever there is.",
        "NEW no. 1",
        "plures call shop.search.v2.Search/Find",
    ):
        assert words in said, words


def test_changes_name_their_callers_and_the_way_out() -> None:
    before = shop(name="shop.search.v1", service="shop.search.v1.Search", version="1.9.0")
    hit = Record({"id": Field(Scalar("int64"), 1), "state": Field(Named("State"), 2)})
    after = shop(messages={**shop().messages, "Hit": hit})
    told = page_of(
        after, Beside("search", ("cart",)), {"shop.search.v1": before}, base={"shop.search.v2": shop()}, named="main"
    )
    assert list(told.changes) == ["Since main", "Against shop.search.v1 1.9.0"]
    said = text_of(contract_main(told, Site("shop", (told,))))
    assert "Since main: breaks Hit.id is int64, and was string compat.type_changed Callers: cart Instead:" in said
    assert "not locked" in said
    same = page_of(shop(), Beside("search"), {"shop.search.v2": numbered(shop(), None)})
    assert "Since it was locked as 2.3.0: none that callers can tell." in text_of(
        contract_main(same, Site("shop", (same,)))
    )


class Elements(HTMLParser):
    """All elements, with their attributes, as a browser finds them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("is_live", [False, True])
def test_texts_of_people_are_no_markup(is_live: bool) -> None:
    contract = shop(EVIL, owner=EVIL)
    told = page(contract, callers=(EVIL,), calls=(EVIL,), is_here=True)
    site = Site(EVIL, (told,), is_live=is_live)
    files = site_files(site) | {"main": contract_main(told, site), "list": index_main(site)}
    for name, text in files.items():
        elements = Elements(text)
        assert elements.open == [], name
        assert [tag for tag, _ in elements.found if tag in ("img", "iframe", "object")] == []
        assert sum(tag == "script" for tag, _ in elements.found) == (1 if name.endswith(".html") else 0)
        for _, attributes in elements.found:
            assert not [key for key in attributes if key.startswith("on") or key == "style"]
            assert re.fullmatch(r"#[\w.-]+|[\w.]+\.html", attributes.get("href") or "#x")


@pytest.mark.parametrize("text", [site_files(Site("shop", (page(shop()),)))["shop.search.v2.html"], shell()])
def test_the_policy_lets_nothing_in_but_what_stands_in_the_page(text: str) -> None:
    said = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert said is not None
    for kind in ("style", "script"):
        [inside] = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in said[1]
    assert said[1].startswith("default-src 'none';")
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
    assert policy("'none'").endswith("form-action 'none'")


def test_forms_are_where_the_service_is_and_commands_ask_first() -> None:
    told = page(shop(), is_here=True)
    live = contract_main(told, Site("shop", (told,), is_live=True))
    forms = re.findall(r"<form.*?</form>", live, re.DOTALL)
    paths = [re.search(r'data-path="([^"]+)"', each) for each in forms]
    # A stream has none.
    assert [each and each[1] for each in paths] == ["/shop.search.v2.Search/Find", "/shop.search.v2.Search/Buy"]
    assert ["it changes data" in each for each in forms] == [False, True]
    assert re.search(r'<input type="checkbox" id="Buy-sure" required', forms[1])
    elsewhere = page(shop(), is_here=False)
    assert "<form" not in contract_main(elsewhere, Site("shop", (elsewhere,), is_live=True))
    assert "<form" not in contract_main(told, Site("shop", (told,)))


def test_examples_are_requests_that_the_service_takes() -> None:
    checked = 0
    for assembled in assemble(app).capabilities.values():
        contract = described(assembled.contract)
        for operation in assembled.contract.operations.values():
            fields = contract.messages[contract.operations[operation.wire_name].request].fields
            if any("pattern" in str(each) for each in (fields, contract.messages)):
                continue
            example = {key: example_of(each, contract) for key, each in fields.items()}
            operation.request.decode(json.dumps(example).encode())
            checked += 1
    assert checked > 10


def test_all_contracts_of_the_marketplace_have_a_page_whose_links_lead_somewhere() -> None:
    assembly = assemble(app)
    locked = {path.stem: read_lock(path.read_text(), path.name) for path in LOCKS.glob("*.toml")}
    pages = tuple(
        page_of(
            described(each),
            Beside(
                each.capability, assembly.callers_of(each.python), tuple(sorted(assembly.call_graph[each.capability]))
            ),
            locked,
        )
        for each in assembly.contracts
    )
    files = site_files(Site(assembly.name, pages))
    assert len(files) == len(pages) + 1
    for name, text in files.items():
        ids = set(re.findall(r' id="([^"]+)"', text))
        assert len(ids) == len(re.findall(r' id="', text)), name
        for target in re.findall(r' href="([^"]+)"', text):
            assert target[1:] in ids if target.startswith("#") else target in files, f"{name}: {target}"
    assert "the edge" in text_of(files["marketplace.orders.v1.html"])
