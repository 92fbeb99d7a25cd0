"""Which events would not be heard, and which sagas could not go on."""

import pytest

from plures.application import Assembly
from plures.rollout import Open

from .shops import brief, process, shop, verdict

NEWS = """
class Placed(Event):
    order_id: str
    {field}

@contract("shop.orders.v1", owner="tests", events=[Placed])
class Orders(Protocol):
    @command()
    async def place(self) -> None: ...

class OrdersService(Orders):
    def __init__(self, database: Database, events: Events) -> None: ...
    async def place(self) -> None: ...

@contract("shop.mail.v1", owner="tests")
class Mail(Protocol):
    @query()
    async def sent(self) -> int: ...

class MailService(Mail):
    def __init__(self, database: Database) -> None: ...
    async def sent(self) -> int: return 1
    {handlers}

app = Application("shop", [Capability(Orders, OrdersService), Capability(Mail, MailService)])
"""
APART = process("orders", alone=True), process("mail", alone=True)


def news(field: str = "", *handlers: str) -> Assembly:
    text = "\n    ".join(f"@subscribe()\n    async def {name}(self, event: Placed) -> None: ..." for name in handlers)
    return shop(NEWS.format(field=field, handlers=text))


@pytest.mark.parametrize(
    ("old", "new"),
    [((), ("confirm",)), (("confirm",), ()), (("confirm",), ("tell",))],
    ids=["comes", "goes", "is renamed"],
)
def test_what_is_delivered_to_a_handler_that_is_not_there_waits(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    assert verdict(news("", *old), news("", *new), *APART).any_order
    assert verdict(news("", *old), news("", *new), process("main", "orders", "mail")).any_order


def test_a_handler_does_not_take_another_event() -> None:
    new = news("", "confirm")
    old = shop(
        NEWS.format(field="", handlers="@subscribe()\n    async def confirm(self, event: Gone) -> None: ...").replace(
            "events=[Placed]", "events=[Placed, Gone]"
        ).replace('@contract("shop.orders.v1"', 'class Gone(Event):\n    why: str\n\n@contract("shop.orders.v1"')
    )  # fmt: skip
    found = verdict(old, new, *APART)
    assert brief(found.refused) == [("callee", "orders mail.confirm", "Gone", "rollout.handler_of_another_event", "")]


def test_a_field_that_comes_is_sent_before_it_is_read() -> None:
    found = verdict(news("", "confirm"), news("total: int", "confirm"), *APART)
    assert found.order == ("orders", "mail")
    assert brief(found.waits) == [("callee", "orders mail.confirm", "Placed", "compat.field_removed", "orders")]


def test_a_field_that_goes_is_read_no_more_before_it_goes() -> None:
    found = verdict(news("total: int", "confirm"), news("", "confirm"), *APART)
    assert found.order == ("mail", "orders")
    assert brief(found.waits) == [("caller", "orders mail.confirm", "Placed", "compat.field_removed", "mail")]


def test_in_one_process_events_of_the_old_version_wait_for_the_new_one() -> None:
    """What was published before the restart is delivered after it."""
    found = verdict(news("", "confirm"), news("total: int", "confirm"), process("main", "orders", "mail", alone=True))
    assert brief(found.refused) == [("callee", "orders mail.confirm", "Placed", "compat.field_removed", "")]
    assert "plures events" in found.refused[0].fix
    optional = news("total: int = 0", "confirm")
    assert verdict(news("", "confirm"), optional, process("main", "orders", "mail", alone=True)).passes


ORDERING = """
@contract("shop.stock.v1", owner="tests")
class Stock(Protocol):
    @command(idempotent=True)
    async def reserve(self, key: str) -> {answer}: ...

class StockService(Stock):
    async def reserve(self, key: str) -> {answer}: raise NotImplementedError

@contract("shop.checkout.v1", owner="tests")
class Checkout(Protocol):
    @command()
    async def order(self, id: str) -> str: ...

class CheckoutService(Checkout):
    def __init__(self, database: Database, sagas: Sagas, stock: Stock) -> None: ...
    async def order(self, id: str) -> str: return id
    @saga(version={version}, deadline_s=60)
    async def ordering(self, saga: Saga, wish: str) -> str: return wish

app = Application("shop", [Capability(Stock, StockService), Capability(Checkout, CheckoutService)])
"""
TOGETHER = process("main", "stock", "checkout", alone=True)


def ordering(answer: str = "int", version: int = 1) -> Assembly:
    return shop(ORDERING.format(answer=answer, version=version))


def test_sagas_that_have_not_ended_need_their_code() -> None:
    open_ = Open("checkout", "ordering", 1, 2)
    found = verdict(ordering(), ordering(version=2), TOGETHER, sagas=[open_])
    assert brief(found.refused) == [("callee", "ordering checkout", "ordering", "rollout.saga_version_gone", "")]
    assert found.refused[0].what == "there is no code for it any more, and 2 of version 1 have not ended"
    assert verdict(ordering(), ordering(version=2), TOGETHER).passes
    assert verdict(ordering(), ordering(), TOGETHER, sagas=[open_]).passes


def test_sagas_that_have_not_ended_read_answers_of_the_old_form() -> None:
    """Calls stay in the process, and an order would help them: the notes of sagas stay as they are."""
    found = verdict(ordering(), ordering("str"), TOGETHER, sagas=[Open("checkout", "ordering", 1, 1)])
    assert brief(found.refused) == [("caller", "ordering stock", "Reserve", "compat.type_changed", "")]
    assert found.refused[0].what.startswith("1 of version 1 has not ended, and their notes hold answers")
