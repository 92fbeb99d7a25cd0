"""The marketplace as `plures build` and `plures deploy compose` make it, in real containers: `make test-containers`."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import new_shopper
from tests.browser.test_journey import buy_an_umbrella
from tests.golang import build

from .engine import run
from .shop import PATIENCE_S, USER, Shop, shop_in_containers

READER = Path(__file__).parent / "reader"
CALL = "import socket; socket.create_connection(('{}', 8001), 10).close()"

pytestmark = [pytest.mark.containers, pytest.mark.browser, pytest.mark.go, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    # The engine puts sockets there, whose paths may not be long.
    with tempfile.TemporaryDirectory(prefix="shop-") as folder:
        Path(folder).chmod(0o755)
        with shop_in_containers(Path(folder)) as opened:
            yield opened


@pytest.mark.parametrize("scripts", [True, False], ids=["", "without scripts"])
async def test_from_search_to_an_order(browser: Browser, shop: Shop, scripts: bool) -> None:
    await buy_an_umbrella(await new_shopper(browser, shop.url, scripts=scripts))


async def test_checkout_finishes_while_search_is_away(browser: Browser, shop: Shop) -> None:
    shopper = await new_shopper(browser, shop.url)
    await shopper.visit()
    await shopper.search_until_found("umbrella")
    name = await shopper.open_something_in_stock()
    await shopper.add_to_cart()
    search = shop.container("search")
    # A container that was killed would start again.
    shop.engine("stop", "--time", "0", search)
    await shopper.search("umbrella")
    await expect(shopper.page.get_by_role("heading", name="Search is not available right now")).to_be_visible()
    await shopper.visit("/cart")
    await shopper.give_address()
    await shopper.pay()
    await shopper.expect_order_of(name)
    shop.engine("start", search)
    shop.wait_healthy(search)
    await shopper.search_until_found("umbrella")


async def test_the_library_of_docker_compose_reads_the_files_as_they_are_meant(shop: Shop) -> None:
    reader = build(READER, "bin/composefile")
    files = ["compose.yaml", "compose.override.yaml"]
    read = json.loads(run([reader, *files], shop.project, shop.environment))
    assert {shop.service_of(each) for each in shop.containers} == set(read["services"])
    assert read["services"]["orders"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert read["services"]["edge"]["read_only"] is True


async def test_a_process_may_do_nothing_but_its_work(shop: Shop) -> None:
    for name in ("edge", "orders"):
        found = shop.inspected(shop.container(name))
        assert (found["Config"]["User"], found["HostConfig"]["ReadonlyRootfs"]) == (f"{USER}:{USER}", True)
        assert (found["EffectiveCaps"] or [], found["HostConfig"]["Memory"]) == ([], 512 * 1024 * 1024)
    with pytest.raises(AssertionError, match="Read-only file system"):
        shop.engine("exec", shop.container("edge"), "touch", "/app/written")


async def test_only_those_that_call_a_process_reach_it(shop: Shop) -> None:
    search = shop.container("search")
    shop.engine("exec", search, "python3", "-c", CALL.format("catalog"))
    with pytest.raises(AssertionError, match=r"gaierror|OSError|TimeoutError"):
        shop.engine("exec", search, "python3", "-c", CALL.format("payments"))


async def test_it_stops_when_it_is_asked_to(shop: Shop) -> None:
    """No engine had to kill it: that would be status 137."""
    edge = shop.container("edge")
    shop.engine("stop", "--time", str(PATIENCE_S), edge)
    assert shop.inspected(edge)["State"]["ExitCode"] == 0
