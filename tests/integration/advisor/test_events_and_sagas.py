"""What the advisor makes of events and sagas, on applications whose truth the test made."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

import marketplace
from marketplace.app import app
from plures.advisor import (
    ReadRequest,
    Survey,
    Verdict,
    advice_markdown,
    advise,
    draw,
    map_markdown,
    plan,
    read_codebase,
    render_html,
    survey,
    to_json,
)
from plures.application import assemble
from plures.cli.codebase import advise_command

ORDERS = """
from typing import Protocol
from plures import Event, Message, command, contract
class OrderPlaced(Event, key="id"):
    id: str
class Order(Message):
    id: str
@contract("shop.orders.v1", owner="sales", events=[OrderPlaced])
class Orders(Protocol):
    @command()
    async def place(self, id: str) -> Order: ...
"""
STOCK = """
from typing import Protocol
from plures import command, contract
@contract("shop.stock.v1", owner="sales")
class Stock(Protocol):
    @command(idempotent=True)
    async def reserve(self, key: str) -> None: ...
    @command(idempotent=True)
    async def release(self, key: str) -> None: ...
"""
ORDERING = """
from plures import Saga, saga
from shop.orders.parties import Parties
class OrdersService:
    def __init__(self, parties: Parties) -> None:
        self.parties = parties
    async def place(self, id: str) -> None:
        text = "INSERT INTO notes (id) VALUES (:id)"
    @saga()
    async def ordering(self, saga: Saga, id: str) -> None:
        to = self.parties
        await saga.step(to.stock.reserve, id).undone_by(to.stock.release, id)
"""
PARTIES = """
from dataclasses import dataclass
from shop.stock.contract import Stock
@dataclass(frozen=True)
class Parties:
    stock: Stock
"""
MAIL = """
from typing import Protocol
from plures import contract, subscribe
from shop.orders.contract import OrderPlaced
@contract("shop.mail.v1", owner="mail")
class Mail(Protocol): ...
class MailService(Mail):
    @subscribe()
    async def confirm(self, event: OrderPlaced) -> None:
        text = "INSERT INTO notes (id) VALUES (:id)"
"""
SHOP: dict[str, str] = {
    "shop/__init__.py": "",
    "shop/orders/__init__.py": "",
    "shop/orders/contract.py": ORDERS,
    "shop/orders/service.py": ORDERING,
    "shop/orders/parties.py": PARTIES,
    "shop/stock/__init__.py": "",
    "shop/stock/contract.py": STOCK,
    "shop/mail/__init__.py": "",
    "shop/mail/service.py": MAIL,
}
COMPONENTS = (
    '[components]\norders = ["shop/orders"]\nstock = ["shop/stock"]\nmail = ["shop/mail"]\nwords = ["shop/words"]\n'
)


@pytest.fixture
def shop(tmp_path: Path):
    def made(changed: Mapping[str, str] | None = None) -> Survey:
        files = SHOP | {"shop/words/__init__.py": "WORDS = 1\n"} | dict(changed or {})
        for name, text in files.items():
            file = tmp_path / "code" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        named = tmp_path / "components.toml"
        named.write_text(COMPONENTS)
        request = ReadRequest(tmp_path / "code", definitions=named)
        return survey(read_codebase(request, quiet), quiet)

    return made


def quiet(_what: str, _done: int, _total: int | None) -> None:
    """Ignores progress."""


def flows(found: Survey) -> list[tuple[str, str, str, str]]:
    return [(flow.publisher, flow.subscriber, flow.event, flow.handler) for flow in found.events]


def test_an_event_is_told_and_its_import_binds_no_one(shop):
    found = shop()
    assert flows(found) == [("orders", "mail", "OrderPlaced", "confirm")]
    assert ("mail", "orders") not in found.dependencies
    assert found.independence["orders"].callers == ()
    assert found.independence["mail"].callees == ()


@pytest.mark.parametrize(
    ("imported", "taken"),
    [
        ("from shop.orders.contract import OrderPlaced as Placed", "Placed"),
        ("from shop.orders import contract as told", "told.OrderPlaced"),
        ("import shop.orders.contract as told", "told.OrderPlaced"),
        ("from shop.orders import OrderPlaced", "OrderPlaced"),
    ],
)
def test_however_the_event_is_imported(shop, imported, taken):
    handling = MAIL.replace("from shop.orders.contract import OrderPlaced", imported).replace(
        "event: OrderPlaced", f"event: {taken}"
    )
    offered = {"shop/orders/__init__.py": "from shop.orders.contract import OrderPlaced\n"}
    found = shop(
        {"shop/mail/service.py": handling} | (offered if imported.endswith("orders import OrderPlaced") else {})
    )
    assert flows(found) == [("orders", "mail", "OrderPlaced", "confirm")]
    assert ("mail", "orders") not in found.dependencies


def test_an_import_of_more_than_events_binds_as_before(shop):
    calling = MAIL.replace("import OrderPlaced", "import OrderPlaced, Orders") + "    orders: Orders\n"
    found = shop({"shop/mail/service.py": calling})
    assert flows(found) == [("orders", "mail", "OrderPlaced", "confirm")]
    assert found.dependencies["mail", "orders"].sites == 1
    between = next(f for f in advise(found).findings if f.subject == ("mail", "orders"))
    assert [(e.source, e.strength) for e in between.evidence] == [("events", 0.5)]


def test_who_only_builds_an_event_is_bound(shop):
    found = shop({"shop/mail/service.py": MAIL.replace("@subscribe()", "@staticmethod")})
    assert found.events == ()
    assert ("mail", "orders") in found.dependencies


def test_events_in_both_directions_are_no_circle(shop):
    reply = "from plures import Event, contract\nclass Sent(Event):\n    id: str\n@contract('shop.mail.v1', owner='m', events=[Sent])\nclass Mail: ...\n"
    asked = (ORDERING + "    @subscribe()\n    async def sent(self, event: Sent) -> None: ...\n").replace(
        "import Saga, saga", "import Saga, saga, subscribe\nfrom shop.mail.contract import Sent"
    )
    found = shop({"shop/mail/contract.py": reply, "shop/orders/service.py": asked})
    assert flows(found) == [("mail", "orders", "Sent", "sent"), ("orders", "mail", "OrderPlaced", "confirm")]
    assert draw(found).cycles == ()


def test_of_events_in_a_module_of_their_own_the_contract_says_who_tells(shop):
    words = "from plures import Event\nclass OrderPlaced(Event, key='id'):\n    id: str\n"
    moved = {
        "shop/words/__init__.py": words,
        "shop/orders/contract.py": ORDERS.replace('class OrderPlaced(Event, key="id"):\n    id: str\n', "").replace(
            "from plures", "from shop.words import OrderPlaced\nfrom plures"
        ),
        "shop/mail/service.py": MAIL.replace("shop.orders.contract", "shop.words"),
    }
    found = shop(moved)
    assert flows(found) == [("orders", "mail", "OrderPlaced", "confirm")]
    assert ("mail", "words") in found.dependencies


def test_a_subscriber_whose_code_is_elsewhere(shop):
    listed = "from plures import Capability\nfrom shop.orders.contract import OrderPlaced\nfrom shop.mail.contract import Mail\n"
    contract = "from plures import contract\n@contract('shop.mail.v1', owner='m')\nclass Mail: ...\n"
    found = shop(
        {
            "shop/mail/service.py": "",
            "shop/mail/contract.py": contract,
            "shop/app.py": listed + "mail = Capability(Mail, subscriptions={'confirm': OrderPlaced})\n",
        }
    )
    assert flows(found) == [("orders", "mail", "OrderPlaced", "confirm")]


def test_steps_of_a_saga_are_known_by_the_contract_that_they_ask(shop):
    (bond,) = shop().sagas
    assert (bond.component, bond.target, bond.saga) == ("orders", "stock", "ordering")
    assert (bond.steps, bond.undos) == (("reserve",), ("release",))


def test_a_border_along_an_event_costs_delay_and_one_along_a_saga_costs_time(shop):
    found = advise(shop())
    by_pair = {f.subject: f for f in found.findings if len(f.subject) > 1}
    event, saga = by_pair["mail", "orders"], by_pair["orders", "stock"]
    assert event.verdict is saga.verdict is Verdict.LEAVE_ALONE
    assert "costs delay and no errors" in event.evidence[0].statement
    assert "leaves nothing half done" in saga.evidence[0].statement
    # Calls of a saga wait for an answer, so they bind as other calls do.
    assert {e.source for e in event.counter_evidence} == set()
    assert {e.source for e in saga.counter_evidence} == {"imports"}


def test_a_plan_cuts_no_event_no_contract_and_no_saga(shop):
    needed = plan(shop(), "orders")
    assert needed.cuts == ()
    assert [(step.kind, step.what) for step in needed.stays] == [
        ("event", "orders ⇢ mail: OrderPlaced, handled by confirm"),
        ("call", "orders → stock, by its contract"),
        ("saga", "orders → stock: reserve, release, of ordering"),
    ]


def test_tables_of_one_name_in_two_capabilities_are_two(shop):
    assert [(t.name, t.owner) for t in shop().tables] == [("notes", "mail"), ("notes", "orders")]


@pytest.mark.parametrize(("pair", "bond"), [(("mail", "orders"), ("events", 0)), (("orders", "stock"), ("sagas", 2))])
def test_a_pair_that_always_changes_together_is_merged_whatever_it_tells(history, read, tmp_path, pair, bond):
    source, steps = bond
    named = tmp_path / "components.toml"
    named.write_text(COMPONENTS)
    history.commit(0, "founder", SHOP | {"shop/words/__init__.py": "WORDS = 1\n"})
    for turn, day in enumerate(range(2, 500, 9)):
        changed = {f"shop/{name}/notes.py": f"NOTE = {turn}\n" for name in pair}
        history.commit(day, f"order_{turn % 2}", changed)
    (tmp_path / "code").mkdir()
    surveyed = read(history.write(tmp_path / "code"), definitions=named)
    found = advise(surveyed)
    page = render_html(draw(surveyed), found)
    (merge,) = (f for f in found.findings if f.verdict is Verdict.MERGE)
    assert merge.subject == pair
    # What speaks against it: there is a border already. That neither imports the other says nothing where an event is told.
    assert [e.source for e in merge.counter_evidence] == [source]
    assert merge.merge is not None
    assert merge.merge.saga_steps == steps
    assert ("steps of sagas that one transaction could do instead" in page) is bool(steps)


def test_every_report_tells_of_them(shop, tmp_path, monkeypatch):
    found = shop()
    drawn, advice = draw(found), advise(found)
    data = json.loads(to_json(drawn))
    assert [(e["publisher"], e["subscriber"], e["event"]) for e in data["events"]] == [
        ("orders", "mail", "OrderPlaced")
    ]
    assert [(s["source"], s["target"], s["saga"]) for s in data["sagas"]] == [("orders", "stock", "ordering")]
    assert "| orders | mail | OrderPlaced | confirm |" in map_markdown(drawn)
    assert "by events" not in advice_markdown(advice)
    page = render_html(drawn, advice)
    assert page.count('class="edge event"') == 1
    assert "orders tells mail of OrderPlaced" in page
    assert 'id="events"' in page
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    arguments = [str(tmp_path / "code"), "--components", str(tmp_path / "components.toml"), "--plan", "orders"]
    shown = CliRunner().invoke(advise_command, arguments, catch_exceptions=False).stdout
    assert "may stay, event: Leave it" in shown


def test_a_codebase_without_plures_has_none_of_it(shop, tmp_path):
    for file in (tmp_path / "code").rglob("*.py"):
        file.unlink()
    plain = dict.fromkeys(SHOP, "import os\n\n\ndef f():\n    return os\n")
    page = render_html(draw(shop(plain)))
    assert 'id="events"' not in page
    assert "eventkey'>" not in page
    assert 'noevents">' not in page


def test_of_the_marketplace_it_reads_what_assembly_finds():
    """Nothing of it is run to be read, and yet both say the same."""
    request = ReadRequest(Path(marketplace.__file__).parent)
    found, assembly = survey(read_codebase(request, quiet), quiet), assemble(app)
    subscriptions = {(each.publisher, each.subscriber, each.delivery.name) for each in assembly.subscriptions}
    assert subscriptions == {(flow.publisher, flow.subscriber, flow.handler) for flow in found.events} != set()
    sagas = {(name, saga) for name, facts in assembly.facts.capabilities.items() for saga in facts.sagas}
    assert {(bond.component, bond.saga) for bond in found.sagas} == sagas != set()
    assert {bond.target for bond in found.sagas} <= assembly.call_graph["checkout"]
    optional = {(name, other) for name, facts in assembly.facts.capabilities.items() for other in facts.optional}
    optional |= {("storefront", other) for other in assembly.facts.edge_optional}
    # A part of the storefront may do without what another part of it needs.
    marked = {(name.partition(".")[0], other) for name, other in found.optional}
    assert marked >= optional != set()
    assert {source for source, _ in marked - optional} <= {"storefront"}
    # A subscriber calls no one by handling an event, and no circle is closed by one.
    assert all((flow.subscriber, flow.publisher) not in found.dependencies for flow in found.events)


def test_what_a_component_can_do_without_is_marked(shop):
    asking = (
        "from plures import Optionally\nfrom shop.stock.contract import Stock\ndef web(stock: Optionally[Stock]): ...\n"
    )
    drawn = draw(shop({"shop/words/web.py": asking}))
    assert {(edge.source, edge.target) for edge in drawn.edges if edge.optional} == {("words", "stock")}
    page, text = render_html(drawn), map_markdown(drawn)
    assert "edge optional" in page
    assert "words imports stock: 1, and can do without it" in page
    assert "Finely dashed" in page
    assert "| words | stock | 1 |  | yes |" in text
    needing = "from shop.stock.contract import Stock\nclass Words:\n    def __init__(self, stock: Stock): ...\n"
    drawn = draw(shop({"shop/words/web.py": asking, "shop/words/needs.py": needing}))
    assert not any(edge.optional for edge in drawn.edges)
    assert "can do without" not in map_markdown(drawn)
