"""What an application sends, through the OpenTelemetry Collector: `make collector` builds it, and runs this."""

import asyncio
import re
import shutil
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from marketplace.app import app
from marketplace.storefront.tests.shopper import CARD, Shopper
from plures.application import assemble
from plures.deploy import Run, find_runs
from plures.runtime import services_of
from plures.telemetry import Reading
from tests.browser.shops import plures_run
from tests.integration.cli.programs import PLURES, program

from .collector import collector
from .otlp import Receiver, otlp_receiver
from .test_opentelemetry import ONE_REQUEST, TOML, ask, url_of

ROOT = Path(__file__).parents[3]
PATIENCE_S = 120
ORDER = "ab" * 16
KINDS = {"internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}
OF_AN_ORDER = {"checkout", "payments", "inventory", "orders", "notifications", "shipping", "fraud"}


@pytest.fixture
def further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """What the Collector has sent on, of what applications send that are started here."""
    with otlp_receiver() as receiver, collector(tmp_path, receiver.url) as url:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        monkeypatch.setenv("OTEL_LOGS_EXPORTER", "otlp")
        monkeypatch.setenv("OTEL_BLRP_SCHEDULE_DELAY", "200")
        monkeypatch.setenv("OTEL_METRICS_EXPORTER", "otlp")
        monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "1000")
        yield receiver


def test_a_trace_with_spans_of_user_code(tmp_path: Path, further: Receiver) -> None:
    shutil.copy(Path(__file__).with_name("otel_app.py"), tmp_path)
    (tmp_path / "plures.toml").write_text(TOML)
    running = program(tmp_path, *PLURES, "run", "--topology", "split", "--port", "0", "--control-port", "0")
    with running as plures:
        assert ask(url_of(plures) + "/tea") == 200
        spans = further.wait(7)
        assert plures.end(signal.SIGTERM) == 0
    assert further.tree() == ONE_REQUEST
    assert len({span.trace for span in spans}) == 1


class Told(NamedTuple):
    """A span, as the store and the Collector both tell it."""

    id: str
    parent: str
    kind: int
    name: str
    process: str


def test_an_order_of_the_marketplace_in_the_split_topology(tmp_path: Path, further: Receiver) -> None:
    """Fifteen processes: spans, lines and counts are those that the store and `/metrics` have."""
    with plures_run(tmp_path, "split", ROOT / "plures.toml") as url:
        asyncio.run(order(url))
        [run] = find_runs(tmp_path / "data").running
        kept = Reading(tmp_path / "data")
        wait_for(lambda: letters_are_sent(kept) and told_by(further) == told_by_store(kept))
        wait_for(lambda: counted_by(further) == counted_by_processes(run))
    spans = told_by_store(kept)
    # Each hop: the edge, both sides of calls, the saga and its steps, events and what they begin.
    assert {each.process for each in spans} >= {"edge", "cart", "pricing", *OF_AN_ORDER}
    assert Counter(each.kind for each in spans).keys() == set(KINDS.values())
    ids = {each.id for each in spans}
    assert [each.name for each in spans if each.parent not in ids] == ["POST /checkout"]
    assert {each.resource["service.name"] for each in further.spans} == {"marketplace"}
    counts = counted_by(further)
    assert counts["marketplace.checkout.v1.Checkout", "Place", "ok"] == 1
    assert counts["marketplace.payments.v1.Payments", "Capture", "ok"] == 1
    # Nothing of it is said of other traces, and lines are in the store as they left.
    read = kept.trace(ORDER)
    assert read is not None
    lines = Counter((it.message, it.logger, it.span and f"{it.span:016x}") for it in read.logs)
    assert Counter((it.text, it.logger, it.span) for it in further.lines if it.trace == ORDER) == lines


async def order(url: str) -> None:
    """Buy a teapot; paying is the trace that is looked at."""
    shopper = Shopper(url)
    async with shopper.client as client:
        client.timeout = PATIENCE_S
        await until_it_shows(lambda: shopper.buy("teapot"), shopper, "Added to your cart")
        await until_it_shows(shopper.go_to_checkout, shopper, "Order and pay")
        client.headers["traceparent"] = f"00-{ORDER}-{'cd' * 8}-01"
        client.follow_redirects = False
        await shopper.post_form("/checkout", **CARD)
        assert shopper.status == 303, shopper.page


async def until_it_shows(step: Callable[[], Awaitable[object]], shopper: Shopper, text: str) -> None:
    """Fifteen processes have just started: what is not there in time is asked for again."""
    async with asyncio.timeout(PATIENCE_S):
        # What it waits for happens in other processes.
        while await step() and text not in shopper.page:  # noqa: ASYNC110
            await asyncio.sleep(0.5)


def letters_are_sent(kept: Reading) -> bool:
    """Whether all has happened that an order begins: four that hear of it, and two sagas."""
    return sum(each.kind == KINDS["consumer"] for each in told_by_store(kept)) == 6


def told_by_store(kept: Reading) -> set[Told]:
    read = kept.trace(ORDER)
    services = services_of(assemble(app).contracts)
    return {
        Told(
            f"{it.id:016x}",
            f"{it.parent:016x}" if it.parent else "",
            KINDS[it.kind],
            f"{services.get(f'{it.contract}/{it.name}', it.contract)}/{it.name.rpartition('/')[2]}"
            if it.contract
            else it.name,
            it.process.rpartition(".")[0],
        )
        for it in (read.spans if read else ())
    }


def told_by(receiver: Receiver) -> set[Told]:
    theirs = [each for each in receiver.spans if each.trace == ORDER]
    assert len({each.id for each in theirs}) == len(theirs), "a span came twice"
    return {Told(it.id, it.parent, it.kind, it.name, it.resource["plures.process"]) for it in theirs}


def counted_by(receiver: Receiver) -> Counter[tuple[str, str, str]]:
    """Calls by service, operation and code, as the processes that served them have sent it last."""
    newest: dict[str, Any] = {}
    for request in receiver.metrics:
        for of_process in request.resource_metrics:
            said = {each.key: each.value.string_value for each in of_process.resource.attributes}
            newest[said["service.instance.id"]] = of_process
    counts: Counter[tuple[str, str, str]] = Counter()
    for of_process in newest.values():
        for metric in (each for scope in of_process.scope_metrics for each in scope.metrics):
            if metric.name == "plures.calls":
                for point in metric.sum.data_points:
                    _count(counts, {it.key: it.value.string_value for it in point.attributes}, point.as_int)
    return counts


def counted_by_processes(run: Run) -> Counter[tuple[str, str, str]]:
    """The same, as `/metrics` of each process says."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for url in run.control:
        request = urllib.request.Request(f"{url}/metrics", headers={"authorization": f"Bearer {run.token}"})
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith("plures_calls_total{"):
                    labels = {name.replace("_", "."): value for name, value in re.findall(r'(\w+)="([^"]*)"', line)}
                    _count(counts, labels, int(line.rpartition(" ")[2]))
    return counts


def _count(counts: Counter[tuple[str, str, str]], said: dict[str, str], many: int) -> None:
    if said.get("rpc.service") and said["plures.side"] != "client" and many:
        counts[said["rpc.service"], said["rpc.method"], said["code"]] += many


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.5)
