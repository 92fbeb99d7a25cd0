"""`plures contract usage`: who calls which version, when last, and whether it may be removed."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from plures.usage import CallerKind, UsageFile, Use

Run = Callable[..., Result]

APP = """
from datetime import date
from typing import Protocol

from plures import Application, Capability, contract, query


@contract("shop.search.v2", owner="discovery")
class Search(Protocol):
    @query()
    async def find(self, text: str) -> str: ...


@contract("shop.search.v1", owner="discovery", deprecated=date(2020, 1, 1), sunset=date(2021, 1, 1))
class SearchV1(Protocol):
    @query()
    async def find(self, text: str) -> str: ...


class Service:
    async def find(self, text: str) -> str:
        return text


app = Application("shop", [Capability(Search, Service, older=[Capability(SearchV1, Service)])])
"""
NOW = datetime.now(UTC)


@pytest.fixture
def shop(here: Path) -> Iterator[Path]:
    (here / "used_shop.py").write_text(APP)
    (here / "plures.toml").write_text('[application]\nimport = "used_shop:app"\n')
    yield here / ".plures"
    sys.modules.pop("used_shop", None)


def counted(folder: Path, days: float, calls: dict[str, int]) -> None:
    """Note calls of version 1, so many days ago."""
    uses = {Use("shop.search.v1", "Find", who, CallerKind.OUTSIDE): many for who, many in calls.items()}
    UsageFile(folder).add(["shop.search.v1", "shop.search.v2"], uses, (NOW - timedelta(days=days)).timestamp())


def told(plures: Run, *arguments: str) -> str:
    result = plures("contract", "usage", *arguments)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def test_without_counts_nothing_may_go(plures: Run, shop: Path) -> None:
    text = told(plures)
    assert "shop.search.v1 deprecated since 2020-01-01, until 2021-01-01 never counted here no calls" in text
    assert "may not be removed yet its calls were never counted here" in text
    assert text.count("may not be removed yet") == 1


def test_who_called_and_when(plures: Run, shop: Path) -> None:
    counted(shop, 60, {"partner": 1200})
    counted(shop, 0, {"partner": 34, "robot": 1})
    text = told(plures, "shop.search.v1")
    assert "partner Find 1,234 calls last" in text
    assert "robot Find 1 call last" in text
    assert "partner called it, last" in text
    assert "shop.search.v2" not in text.replace("move to shop.search.v2", "")


def test_a_version_without_callers_may_go(plures: Run, shop: Path) -> None:
    counted(shop, 60, {"partner": 7})
    counted(shop, 0, {})
    assert "may be removed: take it out of older=[…] of search, and its file out of contracts/" in told(
        plures, "search"
    )
    # Whoever wants to be surer asks for longer.
    assert "counted since" in told(plures, "search", "--days", "90")
    assert "for less than 90 days" in told(plures, "search", "--days", "90")


def test_other_machines_count_too(plures: Run, shop: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    counted(shop, 60, {})
    counted(shop, 0, {})
    counted(other, 50, {})
    counted(other, 0, {"partner": 2})
    assert "may be removed" in told(plures, "shop.search.v1")
    assert "partner called it" in told(plures, "shop.search.v1", "--also", str(other))
    assert "may be removed" in told(plures, "--data", str(shop), "shop.search.v1")


def test_json_says_the_same(plures: Run, shop: Path) -> None:
    counted(shop, 60, {"partner": 7})
    counted(shop, 0, {})
    newest, older = json.loads(plures("contract", "usage", "--json").stdout)["contracts"]
    assert (newest["contract"], newest["may_be_removed"], newest["successor"]) == ("shop.search.v2", False, None)
    assert (older["contract"], older["may_be_removed"], older["obstacles"]) == ("shop.search.v1", True, [])
    assert (older["deprecated"], older["sunset"]) == ("2020-01-01", "2021-01-01")
    [use] = older["calls"]
    assert (use["caller"], use["kind"], use["operation"], use["calls"]) == ("partner", "outside", "Find", 7)
    assert datetime.fromisoformat(use["last"]) <= NOW - timedelta(days=59)
    assert older["counted"]["since"] < older["counted"]["until"]


def test_a_damaged_file_is_told(plures: Run, shop: Path) -> None:
    shop.mkdir()
    UsageFile(shop).path.write_bytes(b"this is not a database, however long it may become in the end" * 30)
    result = plures("contract", "usage")
    assert result.exit_code == 2
    assert "usage.unreadable" in result.stderr


def test_a_contract_that_is_not_there(plures: Run, shop: Path) -> None:
    result = plures("contract", "usage", "shop.search.v3")
    assert result.exit_code == 2
    assert "shop.search.v" in result.stderr
