"""`plures contract import`, as people and programs see it."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]
PROTO = """
syntax = "proto3";
package shop.stock.v1;
service Stock {
  rpc Count(CountRequest) returns (CountResponse);
  rpc Fill(stream CountRequest) returns (CountResponse);
}
message CountRequest { string product_id = 7; }
message CountResponse { int64 pieces = 3; }
"""


def test_a_module_and_its_lock_file_are_written_once(here: Path, plures: Run) -> None:
    (here / "stock.proto").write_text(PROTO)
    result = plures("contract", "import", "stock.proto", "--to", "shop/stock.py")
    assert result.exit_code == 0
    assert "written   shop/stock.py" in result.stderr
    assert "written   contracts/shop.stock.v1.toml" in result.stderr
    assert "  - callers stream requests" in result.stderr
    assert "    where: Stock.Fill" in result.stderr
    assert (
        'productId = { number = 7, type = "string", default = "" }'
        in (here / "contracts" / "shop.stock.v1.toml").read_text()
    )
    # The same again is no loss; a changed file is.
    assert plures("contract", "import", "stock.proto", "--to", "shop/stock.py").exit_code == 0
    (here / "shop" / "stock.py").write_text("mine")
    refused = plures("contract", "import", "stock.proto", "--to", "shop/stock.py")
    assert refused.exit_code == 2
    assert "shop/stock.py would be lost" in refused.stderr
    assert (here / "shop" / "stock.py").read_text() == "mine"
    assert plures("contract", "import", "stock.proto", "--to", "shop/stock.py", "--force").exit_code == 0
    assert "class Stock(Protocol)" in (here / "shop" / "stock.py").read_text()


def test_it_is_printed_without_a_place(here: Path, plures: Run) -> None:
    (here / "stock.proto").write_text(PROTO)
    result = plures("contract", "import", "stock.proto", "--owner", "warehouse")
    assert result.stdout.startswith('"""shop.stock.v1, as stock.proto declares it."""\n')
    assert '@contract("shop.stock.v1", owner="warehouse")' in result.stdout
    assert not (here / "contracts").exists()


def test_programs_get_all_of_it(here: Path, plures: Run) -> None:
    (here / "stock.proto").write_text(PROTO)
    said = json.loads(plures("contract", "import", "stock.proto", "--json").stdout)
    assert (said["contract"], said["files"]) == ("shop.stock.v1", [])
    assert [each["where"] for each in said["unsaid"]] == ["Stock.Fill"]
    (here / "stock.proto").write_text("service {")
    refused = plures("contract", "import", "stock.proto", "--json")
    assert refused.exit_code == 2
    assert json.loads(refused.stderr)["code"] == "plures.invalid_input"
