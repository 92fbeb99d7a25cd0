"""What one checkout leaves, in one process: one tree, from the request down to the letters that its events have sent."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

from starlette.applications import Starlette

from marketplace.app import app
from marketplace.storefront.tests.shopper import CARD, Shopper
from plures.application import assemble
from plures.host import Host, Placement
from plures.telemetry import Noted, Part, SpanKind

DECLINED = CARD | {"number": "4000 0000 0000 0002"}
_PATIENCE_S = 60


class Trace:
    """The spans of one trace, by their ids, with the ids of their parents."""

    def __init__(self, parts: list[Part]) -> None:
        self.spans: dict[int, tuple[int, Noted]] = {}
        for part in parts:
            for each in part.notes:
                span = each.id or part.trace.span_id(each.span)
                assert span not in self.spans
                inside = part.trace.span_id(each.parent) if each.parent else part.trace.above
                self.spans[span] = each.above or inside, each

    def names(self, kind: SpanKind) -> list[str]:
        return sorted(each.subject.name for _, each in self.spans.values() if each.subject.kind is kind)

    def above(self, name: str, kind: SpanKind) -> list[str]:
        """What is above a span, the nearest first."""
        found = next(
            above for above, each in self.spans.values() if (each.subject.name, each.subject.kind) == (name, kind)
        )
        names: list[str] = []
        while found in self.spans:
            found, each = self.spans[found]
            names.append(each.subject.name)
        return names


class Seller:
    """The shop in one process, of which one shopper asks for traces by their ids."""

    def __init__(self, host: Host) -> None:
        self._recorder = host.seen.telemetry.recorder
        self.shopper = Shopper(cast("Starlette", host.public))
        self._parts: list[Part] = []

    async def pay(self, trace: str, card: dict[str, str], said: int) -> Trace:
        """Pay for a teapot; what was noted of that, when so many events and runs of sagas were taken up."""
        client = self.shopper.client
        client.headers.pop("traceparent", "")
        client.follow_redirects = True
        await self.shopper.buy("teapot")
        await self.shopper.go_to_checkout()
        # Proxies say both, and each of them has to be found.
        client.headers.update({"traceparent": f"00-{trace}-{'cd' * 8}-00", "x-request-id": "order-17"})
        client.follow_redirects = False
        await self.shopper.post_form("/checkout", **card)
        parts: list[Part] = []

        def is_told() -> bool:
            parts.extend(each for each in self._recorder.take([trace]) if each.trace.id == trace)
            kinds = [each.subject.kind for part in parts for each in part.notes]
            return kinds.count(SpanKind.CONSUMER) >= said and SpanKind.SERVER in kinds

        await until(is_told)
        return Trace(parts)


async def test_a_checkout_is_one_tree(tmp_path: Path) -> None:
    assembly = assemble(app)
    host = Host(assembly, Placement(frozenset(assembly.capabilities), edge=True, data=tmp_path))
    # It takes what is noted, as a store does.
    host.seen.telemetry.recorder.is_read = True
    await host.start()
    try:
        seller = Seller(host)
        paid = await seller.pay("ab" * 16, CARD, 6)
        declined = await seller.pay("ba" * 16, DECLINED, 1)
    finally:
        await host.stop()
    for trace in (paid, declined):
        assert [each.subject.name for above, each in trace.spans.values() if above not in trace.spans] == [
            "POST /checkout"
        ]
    event = "marketplace.checkout.v1.OrderPlaced"
    assert paid.names(SpanKind.PRODUCER) == ["checkout.emptying", "checkout.ordering", event]
    assert paid.names(SpanKind.CONSUMER) == ["checkout.emptying", "checkout.ordering", *[event] * 4]
    run = ["checkout.ordering", "checkout.ordering", "checkout/Place", "POST /checkout"]
    assert paid.above("notifications/Confirm", SpanKind.INTERNAL) == [event, event, "checkout.ordering: record", *run]
    assert paid.above("payments/Capture", SpanKind.INTERNAL) == ["checkout.ordering: payments.capture", *run]
    steps = [name for name in declined.names(SpanKind.INTERNAL) if name.startswith("checkout.ordering")]
    assert "checkout.ordering: undo inventory.release" in steps, steps
    assert not [name for name in declined.names(SpanKind.PRODUCER) if name == event]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - what it waits for happens in many places
            await asyncio.sleep(0.05)
