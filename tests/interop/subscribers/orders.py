"""An application whose mail is another language's: it only says which events the process gets."""

from typing import Protocol

from plures import Application, Capability, Database, Event, Events, Migration, command, contract, query

TABLE = Migration(1, "orders", ("CREATE TABLE orders (id TEXT PRIMARY KEY)",))


class OrderPlaced(Event, key="customer"):
    """A customer has placed an order."""

    order_id: str
    customer: str


@contract("hello.orders.v1", owner="tests", events=[OrderPlaced])
class Orders(Protocol):
    @command(deadline_s=10)
    async def place(self, order_ids: tuple[str, ...], customer: str) -> None: ...


@contract("hello.mail.v1", owner="tests")
class Mail(Protocol):
    @query(deadline_s=10)
    async def sent_to(self, customer: str) -> tuple[str, ...]: ...


class OrdersService(Orders):
    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def place(self, order_ids: tuple[str, ...], customer: str) -> None:
        async with self._database.write() as connection:
            for order_id in order_ids:
                await connection.execute("INSERT INTO orders VALUES (:id)", {"id": order_id})
                await self._events.publish(OrderPlaced(order_id, customer))


app = Application(
    "hello",
    [
        Capability(Orders, OrdersService, migrations=[TABLE]),
        Capability(Mail, subscriptions={"confirm": OrderPlaced}),
    ],
)
