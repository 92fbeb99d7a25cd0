"""What one file says of contracts, events and sagas."""

import pytest

from plures.advisor.reading.python.facts import Client, ContractClass, Handler, Messaging, Step
from plures.advisor.reading.python.parse import parse


def messaging(text: str) -> Messaging:
    return parse(text.encode()).messaging or Messaging()


def test_a_contract_names_its_events():
    found = messaging(
        "from plures import Event, contract\nfrom shop import words\n"
        "@contract('shop.orders.v1', owner='x', events=[OrderPlaced, words.OrderLost])\nclass Orders: ...\n"
    )
    assert found.contracts == (ContractClass("Orders", ("OrderPlaced", "words.OrderLost"), 4),)


@pytest.mark.parametrize(
    "written",
    [
        "from plures import subscribe\nclass S:\n    @subscribe()\n    async def on(self, event: Placed) -> None: ...\n",
        "from plures import subscribe as on_\nclass S:\n    @on_()\n    async def on(self, event: Placed) -> None: ...\n",
        "import plures\nclass S:\n    @plures.subscribe(deadline_s=3)\n    async def on(self, event: Placed, /): ...\n",
        "import plures as p\nclass S:\n    @p.subscribe()\n    async def on(self, event: 'Placed') -> None: ...\n",
    ],
)
def test_a_handler_is_known_by_what_its_decorator_means(written: str):
    assert [(each.name, each.event, each.line) for each in messaging(written).handlers] == [("on", "Placed", 4)]


def test_what_only_has_our_names_is_none_of_ours():
    assert (
        messaging("from bus import subscribe\nclass S:\n    @subscribe()\n    def on(self, e: Placed): ...\n")
        == Messaging()
    )
    assert (
        messaging("from plures import subscribe\nclass S:\n    @subscribe()\n    def on(self, e): ...\n") == Messaging()
    )


def test_a_class_under_a_condition_is_one_of_the_module():
    handler = "class S:\n  @subscribe()\n  async def on(self, event: Placed) -> None: ...\n"
    under = "\n".join(f" {line}" for line in handler.splitlines())
    for begins in ("if True:", "try:", "if False:\n pass\nelse:"):
        ends = "finally:\n pass\n" if begins == "try:" else ""
        assert messaging(f"from plures import subscribe\n{begins}\n{under}\n{ends}").handlers


def test_a_capability_elsewhere_lists_its_handlers():
    found = messaging(
        "from plures import Capability\nmail = Capability(Mail, subscriptions={'confirm': Placed, **more})\n"
    )
    assert found.handlers == (Handler("confirm", "Placed", 2, contract="Mail"),)


ORDERING = """
from plures import Saga, saga
from shop.stock import Stock
from shop.money import Money

class Service:
    def __init__(self, stock: Stock, money: Money, name: str) -> None:
        self._reserved = stock
        self.money = money

    @saga(version=2)
    async def ordering(self, saga: Saga, wish: str) -> None:
        to, key = self.parties, saga.id
        saga.undo(self.give_back, key)
        await saga.step(to.stock.reserve, key).undone_by(to.stock.release, key)
        await saga.step(self.pay, key)
        await saga.sleep(3)

    async def pay(self, key: str) -> None:
        await self.money.capture(key)
        await self.pay(key)

    async def give_back(self, key: str) -> None:
        bank = self.money
        await bank.refund(key)
"""


def test_steps_of_a_saga_and_of_the_own_methods_that_it_takes():
    (found,) = messaging(ORDERING).sagas
    assert found.name == "ordering"
    assert sorted(found.steps, key=lambda step: (step.line, step.undo)) == [
        Step("money", "refund", True, 14),
        Step("stock", "reserve", False, 15),
        Step("stock", "release", True, 15),
        Step("money", "capture", False, 16),
    ]


def test_clients_are_attributes_whose_class_is_imported():
    assert (
        messaging(ORDERING).clients
        == (
            Client("stock", "Stock"),
            Client("money", "Money"),
            Client("_reserved", "Stock"),
            Client("money", "Money"),
        )[:3]
    )


def test_a_file_without_any_of_it_keeps_nothing():
    assert parse(b"import os\nclass A:\n    x: int = 3\n").messaging is None


@pytest.mark.parametrize("annotation", ["'('", "'a' * 3", "list[Placed]", "'" + "(" * 300 + "'"])
def test_an_annotation_that_is_no_name_is_no_event(annotation: str):
    text = f"from plures import subscribe\nclass S:\n    @subscribe()\n    def on(self, e: {annotation}): ...\n"
    assert messaging(text).handlers == ()


@pytest.mark.parametrize(
    "written",
    [
        "from plures import Optionally\ndef web(search: Optionally[Search]): ...\n",
        "from plures import Optionally as Maybe\nclass Pages:\n    def __init__(self, a: A, *, search: Maybe[Search]): ...\n",
        "import plures\nclass Needs:\n    search: plures.Optionally['Search']\n",
    ],
)
def test_what_code_can_do_without_is_known(written: str):
    assert messaging(written).optional == ("Search",)


def test_another_optionally_is_not_ours():
    assert messaging("from typing import Optional\ndef web(search: Optional[Search]): ...\n") == Messaging()
