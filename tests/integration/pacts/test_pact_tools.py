"""Tools of Pact read what Plures records, and their verifier holds a served capability to it."""

from pathlib import Path
from typing import Any, Protocol

import pact
import pytest

from plures import Application, Capability, ContractError, Message, contract, query
from plures.pacts import Ran, merged, written
from plures.testing import fake, given, hosted
from plures.testing.recording import Recorder, record_with


class Price(Message):
    id: str
    cents: int
    until: str | None = None


class Rates(Message):
    rates: dict[str, float]
    prices: tuple[Price, ...] = ()


class Unknown(ContractError, status="not_found"):
    """There is none."""

    id: str


@contract("market.prices.v1", owner="prices")
class Prices(Protocol):
    """Knows prices."""

    @query(deadline_s=10, errors=[Unknown])
    async def price(self, product: str) -> Price: ...

    @query(deadline_s=10)
    async def rates(self, day: str) -> Rates: ...


class PricesService(Prices):
    until: str | None = "noon"
    known = ("tea",)

    async def price(self, product: str) -> Price:
        if product not in type(self).known:
            raise Unknown(id=f"unknown {product}")
        return Price(product, 590, type(self).until)

    async def rates(self, day: str) -> Rates:
        return Rates({"EUR": 1, "USD": 1.1}, (Price("x", 5), Price("y", 6, "noon")))


app = Application("market", [Capability(Prices, PricesService)])


@pytest.fixture
async def pacts(tmp_path: Path) -> Path:
    recorder = Recorder(Path(__file__).parents[2])
    # What calls is this module, which is a test: the consumer is what it stands beside.
    recorder.test = "tests/integration/pacts/test_pact_tools.py::test_it"
    record_with(recorder)
    try:
        fakes = [
            given("tea has a price", fake(Prices, price=Price("tea", 1, "May")), id="tea"),
            fake(Prices, price=Unknown(id="mud"), rates=Rates({"GBP": 2.5}, (Price("a", 1), Price("b", 2)))),
        ]
        await fakes[0].price("tea")
        with pytest.raises(Unknown):
            await fakes[1].price("mud")
        await fakes[1].rates("Monday")
    finally:
        record_with(None)
    folder = tmp_path / "pacts"
    folder.mkdir()
    for name, text in written(merged([], Ran(recorder.shown))).items():
        (folder / name).write_text(text)
    return folder


def verify(pacts: Path, seen: list[Any]) -> None:
    with hosted(app) as running:
        url, token = running.address_of("prices")

        def prepare(state: str, **_: Any) -> None:
            seen.append(state)

        verifier = pact.Verifier("market.prices.v1", host="127.0.0.1").add_transport(url=url).add_source(pacts)
        verifier.add_custom_header("Authorization", f"Bearer {token}").state_handler(prepare, teardown=False)
        verifier.verify()


# pact-python leaves the socket of its server for states to the garbage collector.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
def test_the_verifier_of_pact_holds_a_capability_to_it(pacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")
    seen: list[Any] = []
    verify(pacts, seen)
    assert "tea has a price" in seen
    monkeypatch.setattr(PricesService, "until", None)
    with pytest.raises(RuntimeError):
        verify(pacts, seen)
    monkeypatch.setattr(PricesService, "until", "noon")
    monkeypatch.setattr(PricesService, "known", ("tea", "mud"))
    with pytest.raises(RuntimeError):
        verify(pacts, seen)
