"""What the code of the shop cannot do, and which paths it answers. docs/security.md walks them."""

import ast
from pathlib import Path
from typing import Any

from marketplace.storefront.tests.fake_shop import fake_shop

PACKAGE = Path(__file__).parents[1]


def test_the_shop_reads_no_pickles_runs_no_text_and_opens_no_address() -> None:
    """Deserialization (A08), commands (A05) and requests that a visitor could steer (API7) have nothing to begin with."""
    forbidden = {
        "pickle",
        "marshal",
        "shelve",
        "yaml",
        "subprocess",
        "httpx",
        "requests",
        "aiohttp",
        "urllib.request",
        "http.client",
        "socket",
        "ftplib",
    }
    for file in PACKAGE.rglob("*.py"):
        if "tests" in file.parts or "on_postgresql" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name for name in names if name in forbidden or name.split(".")[0] in forbidden}, file
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            assert called not in ("eval", "exec", "compile", "__import__"), file


def test_the_paths_that_answer_are_these() -> None:
    """The inventory (API9): a new path is added here, and to the pages that docs/security.md walks."""
    routes: list[Any] = list(fake_shop().app().routes)
    found = {f"{method} {route.path}" for route in routes for method in route.methods or () if method != "HEAD"}
    assert found == {
        "GET /", "GET /search", "GET /suggestions", "GET /categories/{category_id:path}", "GET /products/{product_id}",
        "GET /products/{product_id}/reviews", "POST /products/{product_id}/reviews", "GET /pictures/{product_id}.svg", "GET /static/{name}",
        "GET /cart", "POST /cart/add", "POST /cart/quantity", "POST /cart/remove",
        "GET /checkout", "POST /checkout", "GET /checkout/address", "POST /checkout/address",
        "GET /orders/{order_id}", "GET /account", "POST /account",
    }  # fmt: skip
