"""`plures advise --telemetry`, as a user calls it: code, history and what the application showed, together."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plures.cli.codebase import advise_command
from tests.unit.advisor.watching.shop import PAGE, Shop

SLOTS = range(60, 660, 10)


@pytest.fixture
def code(history, tmp_path: Path) -> Path:
    """An application with search, cart and mail, which one person changes."""
    files = {
        "shop/__init__.py": "",
        "shop/app.py": history.module("from shop.search import m5", "from shop.cart import m5"),
    }
    for name in ("search", "cart", "mail"):
        files |= history.package(f"shop/{name}")
    history.commit(0, "ana", files)
    history.commit(1, "ana", {f"shop/{name}/m1.py": history.module(mark=1) for name in ("cart", "search")})
    history.commit(2, "ana", {f"shop/{name}/m2.py": history.module(mark=2) for name in ("cart", "search")})
    (tmp_path / "shop").mkdir()
    return history.write(tmp_path / "shop")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def advise(*arguments: object) -> Result:
    return CliRunner().invoke(advise_command, [str(a) for a in arguments], catch_exceptions=False)


def bursts(data: Path) -> None:
    """Search takes the processor for two minutes of ten, and whoever fills a cart waits."""
    shop = Shop(data)
    main = shop.process("main")
    for at in SLOTS:
        hot = 300 <= at < 420
        shop.calls(main, at, PAGE, 100, seconds=1)
        shop.calls(main, at, ("internal", "search/Find", "search", "the edge", "local"), 50, seconds=6 if hot else 0.5)
        shop.calls(main, at, ("internal", "cart/Add", "cart", "the edge", "local"), 50, seconds=2 if hot else 0.2)
        shop.cores(main, at, 0.92 if hot else 0.15)
        shop.cores(main, at, 0.8 if hot else 0.05, "search")
    shop.write()
    shop.close()


def chat(data: Path) -> None:
    """Cart, in a process of its own, asks search eight times for each request."""
    shop = Shop(data)
    edge, cart, search = shop.process("edge"), shop.process("cart"), shop.process("search")
    add, added = ("client", "cart/Add", "cart", "the edge", "remote"), ("server", "cart/Add", "cart", "", "remote")
    find, found = (
        ("client", "search/Find", "search", "cart", "remote"),
        ("server", "search/Find", "search", "", "remote"),
    )
    for at in SLOTS:
        shop.calls(edge, at, PAGE, 20, seconds=1)
        shop.calls(cart, at, added, 20, seconds=0.8)
        shop.calls(cart, at, find, 160, seconds=0.64)
        shop.calls(search, at, found, 160, seconds=0.16)
        asked = [span for n in range(8) for span in ((find, 3, 0.004, ""), (found, 4 + 2 * n, 0.001, ""))]
        shop.trace(at, (PAGE, 0, 0.05, ""), (add, 1, 0.045, ""), (added, 2, 0.04, ""), *asked)
    shop.write()
    shop.close()


def test_bursts_split_out_what_stands_alone(code: Path, data: Path) -> None:
    bursts(data)
    assert "Leave it as it is" in advise(code).stdout
    told = advise(code, "--telemetry", data).stdout
    assert "1 to split out; leave the other" in told
    assert "shop.search (pressure: scale)  confidence not known" in " ".join(told.split(" "))
    assert "2 minutes of 10 minutes" in told
    assert (
        "note: Telemetry of 2023-11-14 22:16 to 2023-11-14 22:26 UTC, 10 minutes of it with requests: 6,000 requests, in one process."
        in told
    )


CONTRACT = """from typing import Protocol

from plures import contract, query

@contract("shop.search.v1", owner="ana")
class Search(Protocol):
    @query()
    async def find(self, text: str) -> str: ...
"""


def test_what_has_a_contract_can_leave_whatever_it_imports(history, data: Path, tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/search/contract.py": CONTRACT}
    bound = [f"from shop.{name} import m{n}" for name in ("cart", "mail") for n in range(1, 6)]
    for name in ("search", "cart", "mail"):
        files |= history.package(f"shop/{name}")
    files["shop/search/m1.py"] = files["shop/search/m2.py"] = files["shop/search/m3.py"] = history.module(*bound)
    history.commit(0, "ana", files)
    (tmp_path / "shop").mkdir()
    code = history.write(tmp_path / "shop")
    bursts(data)
    told = advise(code, "--telemetry", data).stdout
    assert "split out  shop.search (pressure: scale)" in told
    assert "It is reached by its contract Search" in told
    assert "Leave it as it is" in advise(code).stdout


def test_a_chosen_time_without_bursts_leaves_all_alone(code: Path, data: Path) -> None:
    bursts(data)
    told = advise(code, "--telemetry", data, "--since", "2023-11-14T22:16", "--until", "2023-11-14T22:19").stdout
    assert "Leave it as it is. Nothing in the code, its history or the running application calls for" in told
    assert "Let the application run" in told


def test_a_chatty_edge_merges_what_the_same_person_changes_with_the_gain(
    code: Path, data: Path, tmp_path: Path
) -> None:
    chat(data)
    told = advise(code, "--telemetry", data).stdout
    assert "1 to merge" in told
    assert "shop.cart and shop.search" in told
    assert "shop.cart asks shop.search remotely 8.0 times for each of 1,200 requests (60 traces)" in told
    assert "16.0 remote calls a second less" in told
    advice = json.loads(advise(code, "--telemetry", data, "--format", "json").stdout)
    (merge,) = [f for f in advice["findings"] if f["verdict"] == "merge"]
    assert merge["merge"]["observed"]["calls_per_s"] == 16
    assert advice["watched"]["requests"] == 1200
    for name in ("advice.html", "advice.md"):
        advise(code, "--telemetry", data, "-o", tmp_path / name)
        written = (tmp_path / name).read_text()
        assert "What the running application shows" in written
        assert "16.0 remote calls a second less" in written


def test_without_telemetry_nothing_is_said_of_it(code: Path) -> None:
    advice = json.loads(advise(code, "--format", "json").stdout)
    assert "watched" not in advice
    assert "telemetry" not in json.dumps(advice).lower()


def test_where_the_store_is(code: Path, data: Path, tmp_path: Path) -> None:
    bursts(data)
    (code / "plures.toml").write_text('[application]\nimport = "shop:app"\ndata = "../data"\n')
    for given in ([], [data / "telemetry.db"], [code]):
        assert "1 to split out" in advise(code, "--telemetry", *given).stdout, given
    assert "1 to split out" in advise(code / "shop", "--telemetry").stdout


def test_mistakes_are_told_in_words(code: Path, data: Path, tmp_path: Path) -> None:
    nothing = advise(code, "--telemetry", tmp_path / "nowhere")
    assert (nothing.exit_code, "There is no telemetry" in nothing.stderr) == (2, True)
    as_json = advise(code, "--telemetry", tmp_path / "nowhere", "--format", "json")
    assert "telemetry.none" in as_json.stdout + as_json.stderr
    assert "Give --telemetry too" in advise(code, "--since", "2h").stderr
    assert "must come before" in advise(code, "--telemetry", data, "--since", "1h", "--until", "2h").stderr
    shop = Shop(data)
    shop.calls(shop.process("main"), 60, ("internal", "billing/Pay", "billing", "the edge", "local"), 5)
    shop.write()
    shop.close()
    other = advise(code, "--telemetry", data)
    assert other.exit_code == 2
    assert "is not that of this code" in other.stderr
