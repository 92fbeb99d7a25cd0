"""Who gets which event: found from the classes of services, and refused where it cannot be."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import pytest

from plures.application import Application, Assembly, Capability, assemble
from plures.contract import Event, contract, query, subscribe
from plures.data import Database
from plures.errors import InvalidInput
from plures.events import Events


class OrderPlaced(Event, key="order_id"):
    order_id: str


class OrderLost(Event):
    order_id: str


@contract("shop.orders.v1", owner="sales", events=[OrderPlaced])
class Orders(Protocol):
    @query()
    async def count(self) -> int: ...


class OrdersService(Orders):
    def __init__(self, database: Database, events: Events) -> None: ...

    async def count(self) -> int:
        return 0


@contract("shop.mail.v1", owner="mail")
class Mail(Protocol):
    @query()
    async def sent(self) -> int: ...


class MailService(Mail):
    async def sent(self) -> int:
        return 0

    @subscribe(deadline_s=5)
    async def confirm(self, event: OrderPlaced) -> None: ...


def assembled(service: Any = MailService, orders: Any = OrdersService, **options: Any) -> Assembly:
    return assemble(Application("shop", [Capability(Orders, orders), Capability(Mail, service, **options)]))


def codes(service: Any = MailService, orders: Any = OrdersService, **options: Any) -> Sequence[str]:
    with pytest.raises(InvalidInput) as caught:
        assembled(service, orders, **options)
    return [violation.code for violation in caught.value.violations]


def test_a_handler_subscribes_to_the_event_of_its_parameter() -> None:
    assembly = assembled()
    (subscription,) = assembly.subscriptions
    assert (subscription.name, subscription.publisher, subscription.subscriber) == ("mail.confirm", "orders", "mail")
    assert subscription.delivery.declaration.deadline_s == 5
    assert list(assembly.deliveries["mail"].operations) == ["confirm"]
    assert "orders" not in assembly.deliveries


def test_a_topology_learns_who_gets_events_and_needs_nobody_for_it() -> None:
    facts = assembled().facts.capabilities
    assert facts["orders"].notifies == {"mail"}
    assert facts["orders"].needs == facts["mail"].needs == frozenset()


def test_a_handler_of_a_service_that_a_function_makes_is_found_by_what_the_function_returns() -> None:
    def make() -> MailService:
        return MailService()

    assert [each.name for each in assembled(make).subscriptions] == ["mail.confirm"]


def test_a_capability_that_runs_elsewhere_lists_its_handlers() -> None:
    assert [each.name for each in assembled(None, subscriptions={"confirm": OrderPlaced}).subscriptions] == [
        "mail.confirm"
    ]
    assert codes(subscriptions={"confirm": OrderPlaced}) == ["application.subscriptions"]


@pytest.mark.parametrize("event", ["OrderPlaced", str, None, [OrderPlaced], {}])
def test_what_a_capability_elsewhere_lists_must_be_events(event: Any) -> None:
    assert codes(None, subscriptions={"confirm": event}) == ["application.event_undeclared"]


@pytest.mark.parametrize("given", ["confirm", ["confirm"], 3])
def test_what_a_capability_elsewhere_lists_has_names(given: Any) -> None:
    assert codes(None, subscriptions=given) == ["application.subscriptions"]


@pytest.mark.parametrize(
    "name", ["on placed", "On", "onPlaced", "_confirm", "a__b", "on_1", "a.b", "", "a/b", "ü", "confirm ", 3, None]
)
def test_a_handler_has_a_name_that_peers_can_spell(name: Any) -> None:
    assert codes(None, subscriptions={name: OrderPlaced}) == ["application.handler"]
    if isinstance(name, str) and name.isidentifier():
        service = type("OtherMail", (MailService,), {name: subscribe()(one_event)})
        assert codes(service) == ["application.handler"]


def test_a_handler_elsewhere_is_no_operation() -> None:
    with pytest.raises(InvalidInput) as caught:
        assembled(None, subscriptions={"sent": OrderPlaced, "confirm": OrderPlaced})
    (violation,) = caught.value.violations
    assert violation.code == "application.handler"
    assert "both would be /shop.mail.v1.Mail/Sent" in str(violation)


def test_a_method_in_the_place_of_a_handler_is_one_too() -> None:
    async def confirm(self: object, event: OrderPlaced) -> None: ...

    assert codes(type("OtherMail", (MailService,), {"confirm": confirm})) == ["application.handler"]
    assert assembled(type("OtherMail", (MailService,), {"confirm": subscribe()(confirm)})).subscriptions
    assert assembled(type("OtherMail", (MailService,), {"confirm": None})).subscriptions == ()


async def one_event(self: object, event: OrderPlaced) -> None: ...


def handler(method: Any) -> type:
    return type("OtherMail", (MailService,), {"confirm": subscribe()(method)})


async def of_none(self: object) -> None: ...
async def of_two(self: object, event: OrderPlaced, more: int) -> None: ...
async def of_anything(self: object, event) -> None: ...  # type: ignore[no-untyped-def]
async def of_text(self: object, event: str) -> None: ...
async def of_each_event(self: object, event: Event) -> None: ...
async def with_an_answer(self: object, event: OrderPlaced) -> int: ...  # type: ignore[empty-body]
def yields(self: object, event: OrderPlaced) -> Iterator[None]:
    yield


def plain(self: object, event: OrderPlaced) -> None: ...


@pytest.mark.parametrize(
    "method",
    [of_none, of_two, of_anything, of_text, of_each_event, with_an_answer, yields],
    ids=lambda m: m.__name__,
)
def test_a_handler_that_does_not_fit_is_refused(method: Any) -> None:
    assert codes(handler(method)) == ["application.handler"]


def test_a_handler_may_be_a_plain_function() -> None:
    assert [each.name for each in assembled(handler(plain)).subscriptions] == ["mail.confirm"]


def test_an_operation_cannot_be_a_handler_too() -> None:
    class Both(MailService):
        @subscribe()
        async def sent(self, event: OrderPlaced) -> None: ...  # type: ignore[override]

    assert "application.handler" in codes(Both)


def test_a_deadline_is_a_length_of_time() -> None:
    class Late(MailService):
        @subscribe(deadline_s=-1)
        async def confirm(self, event: OrderPlaced) -> None: ...

    assert codes(Late) == ["application.handler"]


def test_an_event_that_no_contract_declares_is_refused() -> None:
    class Other(MailService):
        @subscribe()
        async def find(self, event: OrderLost) -> None: ...

    assert codes(Other) == ["application.event_undeclared"]


def test_an_event_belongs_to_one_contract() -> None:
    @contract("shop.carts.v1", owner="sales", events=[OrderPlaced])
    class Carts(Protocol):
        @query()
        async def count(self) -> int: ...

    class CartsService(Carts):
        async def count(self) -> int:
            return 0

    application = Application("shop", [Capability(Orders, OrdersService), Capability(Carts, CartsService)])
    with pytest.raises(InvalidInput) as caught:
        assemble(application)
    assert [violation.code for violation in caught.value.violations] == ["application.event_twice"]


def test_who_publishes_declares_events_and_keeps_data() -> None:
    class Eventful(MailService):
        def __init__(self, events: Events) -> None: ...

    assert codes(Eventful) == ["application.events", "application.events"]


def test_the_edge_publishes_nothing() -> None:
    def edge(events: Events) -> Any: ...

    with pytest.raises(InvalidInput) as caught:
        assemble(Application("shop", [Capability(Orders, OrdersService)], edge=edge))
    assert [violation.code for violation in caught.value.violations] == ["application.events"]
