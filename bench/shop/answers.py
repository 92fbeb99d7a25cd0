"""The same requests to fifteen processes and to the same services in one: status, headers and bodies must be the same.

``python -m bench.shop.answers`` compares them alone; the suite does so before it measures.
"""

import http.client
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from bench.processes import WorkerFailed
from bench.shop.deployment import deployed
from bench.shop.rivals.service_worker import EDGE
from bench.shop.traffic.goods import all_goods
from bench.shop.variants import Kind, Storage

# They tell of a connection or of the time.
_PASSING: Final = frozenset({"date", "connection", "keep-alive"})
# What is drawn or timed anew for each order, session and form.
_DRAWN: Final = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)?|(?<=name=.token. value=.)[\w-]+|[A-Za-z0-9_-]{40,}(?:\.[\w-]+)*|[0-9a-f]{16,}|\b[A-Z0-9]{4,6}-[A-Z0-9-]{4,}\b"
)
_COOKIE: Final = re.compile(r"=[^;]+")
_INDEX_LIMIT_S: Final = 60.0
_JSON: Final = {"content-type": "application/json"}


@dataclass(frozen=True)
class Asked:
    """One request to a service."""

    service: str
    method: str
    path: str
    body: bytes | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.service}{self.path} {(self.body or b'').decode('latin-1')[:80]}"


class Answered(NamedTuple):
    """What it answered, without what differs from one run to the next."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


def recorded() -> Iterator[Asked]:
    """Pages and operations, such as work and such as are refused, a declared error, an order and what has become of it."""
    products = [product.product_id for product in all_goods()[:6]]
    buyer = "a-buyer"
    card = {"number": "4242424242424242", "expiry_month": 8, "expiry_year": 2040, "cvc": "123", "holder": "Sam Poe"}
    address = {
        "recipient": "Sam Poe",
        "street": "Main Street 1",
        "postal_code": "10115",
        "city": "Berlin",
        "country": "DE",
    }
    yield from _pages(products[0])
    yield from (
        _call("catalog", "get", product_id=products[0]),
        _call("catalog", "get", product_id="nothing"),
        _call("catalog", "get_many", product_ids=products),
        _call("catalog", "browse", category_id="fashion", limit=3),
        _call("catalog", "featured", limit=0),
        _call("pricing", "quote_many", product_ids=products),
        _call("pricing", "quote", product_id="nothing"),
        _call("profile", "address", customer_id=buyer),
        _call("profile", "set_address", customer_id=buyer, address=address),
        _call("profile", "set_address", customer_id=buyer, address={"name": 3}),
        *(_call("cart", "add", customer_id=buyer, product_id=product, quantity=2) for product in products[:3]),
        _call("cart", "add", customer_id=buyer, product_id="nothing"),
        _call("cart", "get", customer_id=buyer),
        _call("checkout", "preview", customer_id=buyer),
        _call("checkout", "place", customer_id=buyer, key="a-key", card={**card, "number": "1"}),
        _call("checkout", "place", customer_id=buyer, key="another-key", card=card),
        _call("checkout", "place", customer_id="no one", key="a-third-key", card=card),
        _call("cart", "get", customer_id=buyer),
        _call("orders", "list_for", customer_id=buyer),
        _call("orders", "get", customer_id=buyer, order_id="none"),
        _call("inventory", "availability", product_ids=products),
        _call("reviews", "summary", product_ids=products),
    )
    for service in ("catalog", "cart"):
        yield Asked(service, "POST", "/get", b"{")
        yield Asked(service, "POST", "/get", b"{}")
        yield Asked(service, "GET", "/get")
        yield Asked(service, "POST", "/nothing", b"{}")
        yield Asked(service, "HEAD", "/docs")


def differences(storage: Storage = Storage.MEMORY) -> list[str]:
    """What one process answers otherwise than fifteen."""
    apart, together = (_answers(kind, storage) for kind in (Kind.FASTAPI, Kind.RESCUE))
    return [
        f"{asked}: {name} is {part!r:.300} in fifteen and {other!r:.300} in one"
        for asked, answer in apart.items()
        for name, part, other in zip(Answered._fields, answer, together[asked], strict=True)
        if part != other
    ]


def check() -> None:
    """Raise WorkerFailed where answers differ."""
    found = differences()
    if found:
        raise WorkerFailed("\n".join(["one process answers otherwise than fifteen:", *found]))


def _pages(product: str) -> Iterator[Asked]:
    paths = ("/", "/search?q=tea", "/search?q=%C3%BC", f"/products/{product}", "/products/nothing", "/cart", "/nothing")
    yield from (Asked(EDGE, "GET", path) for path in paths)
    yield Asked(EDGE, "HEAD", "/")
    yield Asked(EDGE, "POST", "/checkout", b"")
    yield Asked(EDGE, "DELETE", "/cart")


def _call(service: str, operation: str, **arguments: Any) -> Asked:
    return Asked(service, "POST", f"/{operation}", json.dumps(arguments).encode())


def _answers(kind: Kind, storage: Storage) -> dict[Asked, Answered]:
    with deployed(kind, storage) as deployment:
        _await_index(deployment.ports)
        return {asked: _ask(asked, deployment.ports) for asked in recorded()}


def _await_index(ports: Mapping[str, int]) -> None:
    """The search answers when it has read all products, which takes it a while after the start."""
    limit = time.monotonic() + _INDEX_LIMIT_S
    while _ask(Asked(EDGE, "GET", "/search?q=tea"), ports).status != http.HTTPStatus.OK:
        if time.monotonic() > limit:
            raise WorkerFailed("the search has not built its index")
        time.sleep(0.2)


def _ask(asked: Asked, ports: Mapping[str, int]) -> Answered:
    connection = http.client.HTTPConnection("127.0.0.1", ports[asked.service], timeout=30)
    try:
        # The name is the same in both, since pages may have it.
        connection.request(asked.method, asked.path, asked.body, {**_JSON, "Host": "localhost"})
        answer = connection.getresponse()
        body = _DRAWN.sub("*", answer.read().decode("latin-1"))
        headers = sorted(
            (
                name.lower(),
                _COOKIE.sub("=*", _DRAWN.sub("*", value), 1)
                if name.lower() == "set-cookie"
                else _DRAWN.sub("*", value),
            )
            for name, value in answer.getheaders()
            if name.lower() not in _PASSING
        )
        return Answered(answer.status, tuple(headers), body)
    finally:
        connection.close()


if __name__ == "__main__":
    check()
    print(f"{sum(1 for _ in recorded())} requests are answered the same")
