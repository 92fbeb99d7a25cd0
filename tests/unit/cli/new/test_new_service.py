"""`plures new service`: what it writes, what it leaves alone, and what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
ROOT = Path(__file__).parents[4]
IN_TYPESCRIPT = ROOT / "marketplace" / "notifications" / "typescript"
IN_GO = ROOT / "marketplace" / "shipping" / "go"
TEMPLATES = ROOT / "src" / "plures" / "cli" / "new" / "service_template"
STOCK = """
from collections.abc import AsyncIterator
from typing import Protocol

from plures import Application, Capability, Event, command, contract, query


class Sold(Event, key="product_id"):
    product_id: str


@contract("shop.tills.v1", owner="shop", events=[Sold])
class Tills(Protocol):
    @command()
    async def sell(self, product_id: str) -> None: ...


@contract("shop.price_lists.v2", owner="shop")
class PriceLists(Protocol):
    '''Says what things cost.'''

    @query()
    async def price_of(self, product_id: str) -> int: ...

    @query()
    def all_of(self, prefix: str) -> AsyncIterator[str]: ...


app = Application("shop", [Capability(Tills), Capability(PriceLists, subscriptions={"note_sale": Sold})])
"""


@pytest.fixture
def shop(plures: Run, here: Path) -> Path:
    (here / "stock_app.py").write_text(STOCK)
    (here / "plures.toml").write_text('[application]\nimport = "stock_app:app"\n')
    assert plures("contract", "lock").exit_code == 0
    return here


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_what_is_written_in_typescript(plures: Run, shop: Path) -> None:
    result = plures("new", "service", "price_lists", "--language", "typescript")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "created services/price_lists",
        "Build it:",
        "  cd services/price_lists && npm ci && npm run build     # Node 22.18 or newer",
        "Place it, in a topology of plures.toml:",
        '  price_lists = { capabilities = ["price_lists"], command = "node services/price_lists/start.mjs" }',
    ]
    written = texts(shop / "services" / "price_lists")
    templates = {name.removesuffix(".txt") for name in texts(TEMPLATES / "typescript")}
    contracts = {
        f"contracts/shop/{name}.{ending}"
        for name in ("price_lists/v2/price_lists", "tills/v1/tills")
        for ending in ("proto", "json")
    }
    assert written.keys() == templates | contracts | {"src/service.ts"}
    service = written["src/service.ts"]
    assert service.startswith("// price_lists: Says what things cost.\n")
    assert 'import type { PriceLists } from "../gen/shop/price_lists/v2/price_lists_pb.js";' in service
    assert 'import { SoldSchema } from "../gen/shop/tills/v1/tills_pb.js";' in service
    assert "      priceOf(_request) {" in service
    assert "      async *allOf(_request) {" in service
    assert 'NoteSale: on(SoldSchema, (_event, { id }) => {\n        inbox.once("price_lists.note_sale", id,' in service
    assert json.loads(written["package.json"])["name"] == "price_lists"
    locked = json.loads(written["package-lock.json"])
    assert locked["name"] == locked["packages"][""]["name"] == "price_lists"
    for placeholder in ("SERVICE_NAME", "SERVICE_PATH", "CONTRACT_NAME", "CONTRACT_PATH", "CLASS_NAME"):
        assert placeholder not in "".join(written.values())


def test_what_is_written_in_go(plures: Run, shop: Path) -> None:
    result = plures("new", "service", "price_lists", "--language", "go")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "created services/price_lists",
        "Build it:",
        "  cd services/price_lists && go generate ./... && go build -o bin/service .     # Go 1.26 or newer, and buf: pip install buf-bin",
        "Place it, in a topology of plures.toml:",
        '  price_lists = { capabilities = ["price_lists"], command = "services/price_lists/bin/service" }',
    ]
    written = texts(shop / "services" / "price_lists")
    templates = {name.removesuffix(".txt") for name in texts(TEMPLATES / "go")}
    contracts = {
        f"contracts/shop/{name}.{ending}"
        for name in ("price_lists/v2/price_lists", "tills/v1/tills")
        for ending in ("proto", "json")
    }
    assert written.keys() == templates | contracts | {"main.go", "service.go"}
    assert "// Says what things cost.\ntype service struct{}" in written["service.go"]
    assert written["go.mod"].startswith("module services/price_lists\n")
    for placeholder in ("SERVICE_NAME", "SERVICE_PATH", "CONTRACT_NAME", "CONTRACT_PATH", "CLASS_NAME"):
        assert placeholder not in "".join(written.values())


def test_what_belongs_to_the_platform_is_written_anew_and_nothing_else(plures: Run, shop: Path) -> None:
    arguments = ("new", "service", "tills", "--language", "typescript", "--to", "till")
    assert plures(*arguments).exit_code == 0
    before = texts(shop / "till")
    mine, theirs = (
        ("src/service.ts", "src/main.ts", "package.json", "README.md"),
        ("src/plures/log.ts", "contracts/shop/tills/v1/tills.json"),
    )
    for path in (*mine, *theirs):
        (shop / "till" / path).write_text("changed")
    result = plures(*arguments, "--refresh")
    assert (result.exit_code, result.stdout) == (0, "refreshed till\n")
    assert texts(shop / "till") == before | dict.fromkeys(mine, "changed")


def test_services_of_the_marketplace_have_what_is_written_today(plures: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    places = [IN_TYPESCRIPT / "src" / "plures", IN_TYPESCRIPT / "contracts"]
    before = [texts(place) for place in places]
    arguments = ("new", "service", "notifications", "--language", "typescript", "--to", str(IN_TYPESCRIPT), "--refresh")
    assert plures(*arguments).exit_code == 0
    assert [texts(place) for place in places] == before
    for name in ("buf.gen.yaml", "buf.yaml", "tsconfig.json", "start.mjs", ".gitignore"):
        assert (IN_TYPESCRIPT / name).read_text() == (TEMPLATES / "typescript" / f"{name}.txt").read_text()
    for name in ("package.json", "package-lock.json"):
        template = json.loads((TEMPLATES / "typescript" / f"{name}.txt").read_text())
        ours = json.loads((IN_TYPESCRIPT / name).read_text())
        for each in (ours, template):
            for parts in (each, each.get("packages", {}).get("", {})):
                parts.pop("name", None)
                parts.pop("license", None)
        assert ours == template


def test_shipping_of_the_marketplace_has_what_is_written_today(plures: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    places = [IN_GO / "internal" / "plures", IN_GO / "contracts"]
    before = [texts(place) for place in places]
    assert plures("new", "service", "shipping", "--language", "go", "--to", str(IN_GO), "--refresh").exit_code == 0
    assert [texts(place) for place in places] == before
    for name in ("go.mod", "go.sum", "buf.gen.yaml", ".gitignore"):
        template = (TEMPLATES / "go" / f"{name}.txt").read_text()
        assert (IN_GO / name).read_text() == template.replace("SERVICE_NAME", "shipping")


def test_no_lock_file_of_npm_names_a_registry() -> None:
    for lock in (TEMPLATES / "typescript" / "package-lock.json.txt", IN_TYPESCRIPT / "package-lock.json"):
        assert "resolved" not in lock.read_text()
        assert "://" not in lock.read_text().replace('"url": "https://', "")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("service", "till", "--language", "typescript"), "The application has no capability 'till'"),
        (("service", "tills"), "The language of service 'tills' is not said"),
        (("service", "--language", "typescript"), "The service has no name"),
        (("shop", "--refresh"), "--language, --to and --refresh are for services"),
        (("saga", "tea", "--language", "typescript"), "--language, --to and --refresh are for services"),
        (("service", "tills", "--language", "typescript", "--refresh"), "tills is no service"),
        (("service", "tills", "--language", "typescript", "--to", "."), "exists already"),
    ],
)
def test_what_is_refused(plures: Run, shop: Path, arguments: tuple[str, ...], what: str) -> None:
    before = texts(shop)
    result = plures("new", *arguments)
    assert result.exit_code == 2
    assert what in result.stderr
    assert texts(shop) == before


def test_a_language_that_is_not_known_is_a_mistake(plures: Run, shop: Path) -> None:
    result = plures("new", "service", "tills", "--language", "cobol")
    assert result.exit_code == 2
    assert "typescript" in result.stderr


def test_contracts_that_are_not_locked_are_told_together(plures: Run, shop: Path) -> None:
    for lock in (shop / "contracts").iterdir():
        lock.unlink()
    result = plures("new", "service", "price_lists", "--language", "typescript")
    assert result.exit_code == 2
    assert "the service has 2 problems" in result.stderr
    assert "Run plures contract lock" in result.stderr
    assert not (shop / "services").exists()
