"""`plures new saga`: where it writes, what it refuses, and what it says."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from plures.cli.new.saga import _TAKEN

Run = Callable[..., Result]


@pytest.fixture
def shop(plures: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert plures("new", "shop").exit_code == 0
    monkeypatch.chdir(here / "shop")
    return here / "shop"


def written(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def test_what_is_written(plures: Run, shop: Path) -> None:
    before = written(shop)
    result = plures("new", "saga", "order_tea")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "created shop/order_tea",
        "created tests/test_order_tea.py",
        "Add it to the application, in shop.app:",
        "  from .order_tea.capability import order_tea",
        "  Application(…, [order_tea, …])",
        "and try it: python -m pytest tests/test_order_tea.py",
    ]
    new = written(shop) - before
    assert new == {
        "tests/test_order_tea.py", "shop/order_tea/__init__.py", "shop/order_tea/capability.py",
        "shop/order_tea/contract.py", "shop/order_tea/service.py",
    }  # fmt: skip
    text = "\n".join((shop / name).read_text() for name in new)
    for name in ("shop.order_tea.v1", "class OrderTeaService(OrderTea)", "async def order_tea(self, saga: Saga"):
        assert name in text
    assert "rdering" not in text
    assert "greeter" not in text


@pytest.mark.parametrize(
    ("application", "place"),
    [("shop.app:app", "shop"), ("shop.app:app", "src/shop"), ("big.shop.app:app", "big/shop"), ("main:app", "")],
)
def test_where_the_application_is(
    plures: Run, here: Path, monkeypatch: pytest.MonkeyPatch, application: str, place: str
) -> None:
    (here / place).mkdir(parents=True, exist_ok=True)
    (here / "plures.toml").write_text(f'[application]\nimport = "{application}"\n')
    monkeypatch.chdir(here)
    assert plures("new", "saga", "order_tea").exit_code == 0
    assert (here / place / "order_tea" / "service.py").is_file()
    test = ast.parse((here / "tests" / "test_order_tea.py").read_text())
    package = application.partition(":")[0].rpartition(".")[0]
    imported = {node.module for node in ast.walk(test) if isinstance(node, ast.ImportFrom)}
    assert f"{package}.order_tea.service".lstrip(".") in imported


def test_from_another_folder(plures: Run, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.parent)
    assert plures("new", "saga", "order_tea", "--file", "shop/plures.toml").exit_code == 0
    assert (shop / "shop" / "order_tea" / "service.py").is_file()


@pytest.mark.parametrize("name", ["", "Order", "order-tea", "1st", "order tea", "class", "../order", *sorted(_TAKEN)])
def test_what_is_no_name(plures: Run, shop: Path, name: str) -> None:
    before = written(shop)
    result = plures("new", "saga", name)
    assert result.exit_code == 2
    assert "is no name for a saga  [cli.not_created]" in result.stderr
    assert written(shop) == before


@pytest.mark.parametrize("in_the_way", ["shop/order_tea", "shop/order_tea.py", "tests/test_order_tea.py"])
def test_nothing_is_overwritten(plures: Run, shop: Path, in_the_way: str) -> None:
    (shop / in_the_way).write_text("mine")
    result = plures("new", "saga", "order_tea")
    assert result.exit_code == 2
    assert f"error: {in_the_way} exists already" in result.stderr
    assert (shop / in_the_way).read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("saga",), "The saga has no name"),
        (("shop", "order_tea"), "Two names are one too many"),
        (("saga", "order_tea"), "There is no file plures.toml"),
    ],
)
def test_mistakes_are_explained(plures: Run, here: Path, arguments: tuple[str, ...], says: str) -> None:
    result = plures("new", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert list(here.iterdir()) == []


def test_an_application_of_this_name(plures: Run, here: Path) -> None:
    assert plures("new", "./saga").exit_code == 0
    assert (here / "saga" / "plures.toml").is_file()


def test_a_package_that_is_elsewhere(plures: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "plures.toml").write_text('[application]\nimport = "shop.app:app"\n')
    monkeypatch.chdir(here)
    result = plures("new", "saga", "order_tea")
    assert result.exit_code == 2
    assert "Cannot find the package 'shop'" in result.stderr


def test_a_module_of_the_standard_library_is_not_hidden(
    plures: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "plures.toml").write_text('[application]\nimport = "main:app"\n')
    monkeypatch.chdir(here)
    result = plures("new", "saga", "json")
    assert result.exit_code == 2
    assert "it would hide the Python package 'json'" in result.stderr
