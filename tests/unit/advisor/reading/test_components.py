from pathlib import Path

import pytest

from plures.advisor.reading.components import divide_by_folders, overlay
from plures.advisor.reading.definitions import Definitions, read_definitions
from plures.advisor.reading.packages import ModuleIndex, project_folders
from plures.errors import InvalidInput


def divided(lines: dict[str, int], divide: tuple[str, ...] = (), distributions: tuple[str, ...] = ()):
    projects = project_folders(lines) | set(distributions)
    return divide_by_folders(lines, ModuleIndex(lines, projects).name_of, divide, distributions)


def package(name: str, files: int, lines: int = 100) -> dict[str, int]:
    return {f"{name}/__init__.py": 1} | {f"{name}/m{i}.py": lines for i in range(files)}


SHOP = (
    {"shop/__init__.py": 1, "shop/wsgi.py": 60}
    | package("shop/search", 3)
    | package("shop/cart", 3)
    | package("shop/pay", 3)
)


def test_packages_are_components_and_the_rest_is_the_trunk():
    found = divided(SHOP)
    assert set(found.of.values()) == {"shop", "shop.search", "shop.cart", "shop.pay"}
    assert found.of["shop/wsgi.py"] == "shop"


def test_a_package_too_small_belongs_to_the_one_above():
    assert divided(SHOP | {"shop/tiny/__init__.py": 5}).of["shop/tiny/__init__.py"] == "shop"


def test_every_distribution_is_a_component_whatever_its_size():
    plugins = {f"plugins/{name}/host/adapters/{name}/__init__.py": size for name, size in (("big", 90), ("tiny", 0))}
    found = divided(SHOP | plugins, distributions=("plugins/big", "plugins/tiny", "docs"))
    assert {"shop.cart", "host.adapters.big", "host.adapters.tiny"} <= set(found.of.values())
    assert found.component_of("plugins/tiny/host/adapters/tiny/gone.py") == "host.adapters.tiny"


def test_distributions_are_components_where_modules_are_the_others():
    flat = {"lib/__init__.py": 3, "lib/a.py": 200, "lib/b.py": 90, "addon/addon.py": 5}
    found = divided(flat, distributions=("addon",))
    assert set(found.of.values()) == {"(small modules)", "lib.a", "lib.b", "addon"}
    assert found.component_of("addon/gone.py") == "addon"
    two = {"one/one.py": 60, "two/two.py": 2}
    assert set(divided(two, distributions=("one", "two")).of.values()) == {"one", "two"}


@pytest.mark.parametrize(
    ("odd", "component"),
    [
        ("shop/cart/a.example.py", "shop.cart"),
        ("shop/cart/__init__.old.py", "shop.cart"),
        ("shop/cart/v1.2/m.py", "shop.cart"),
        ("shop/pay/v1.2/a.b.py", "shop.pay"),
    ],
)
def test_a_dot_in_a_name_renames_no_component(odd: str, component: str):
    found = divided({odd: 50} | SHOP)
    assert {"shop", "shop.search", "shop.cart", "shop.pay"} == set(found.of.values())
    assert found.of[odd] == component


def test_a_package_that_dominates_is_divided():
    big = SHOP | package("shop/api/orders", 9) | package("shop/api/people", 9) | {"shop/api/__init__.py": 1}
    assert {"shop.api.orders", "shop.api.people"} <= set(divided(big).of.values())


def test_a_folder_can_be_divided_on_request():
    deep = SHOP | package("shop/web/a", 1) | package("shop/web/b", 1)
    assert "shop.web" in set(divided(deep).of.values())
    assert {"shop.web.a", "shop.web.b"} <= set(divided(deep, ("shop/web",)).of.values())


def test_without_packages_modules_are_the_components():
    found = divided({"lib/__init__.py": 3, "lib/a.py": 200, "lib/b.py": 90, "lib/c.py": 10})
    assert found.of == {
        "lib/__init__.py": "(small modules)",
        "lib/a.py": "lib.a",
        "lib/b.py": "lib.b",
        "lib/c.py": "(small modules)",
    }


def test_a_file_that_is_gone_belongs_to_its_folder():
    assert divided(SHOP).component_of("shop/search/gone/deep.py") == "shop.search"
    assert divided(SHOP).component_of("elsewhere/x.py") is None


def test_named_components_lie_on_top_of_found_ones():
    named = overlay(divided(SHOP), Definitions({"money": ("shop/pay", "shop/cart/m1.py")}), SHOP)
    assert named.of["shop/pay/m0.py"] == named.of["shop/cart/m1.py"] == "money"
    assert named.of["shop/cart/m0.py"] == "shop.cart"
    assert named.component_of("shop/pay/gone.py") == "money"


def test_a_named_component_without_files_is_a_mistake():
    with pytest.raises(InvalidInput) as raised:
        overlay(divided(SHOP), Definitions({"money": ("shop/payments",), "x": ("y",)}, file="c.toml"), SHOP)
    assert [v.where for v in raised.value.violations] == ["[components] money", "[components] x"]


def test_definitions_are_read(tmp_path: Path):
    file = tmp_path / "components.toml"
    file.write_text(
        'divide = ["shop/api/"]\n[components]\nmoney = ["shop/pay"]\nweb = "shop/web"\n[teams]\nred = ["*@red.example"]\n'
    )
    found = read_definitions(file)
    assert (found.divide, found.components) == (("shop/api",), {"money": ("shop/pay",), "web": ("shop/web",)})
    assert found.teams == {"red": ("*@red.example",)}


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("components = 3", 1),
        ("[components]\nmoney = [1]\n[teams]\nred = 5\nblue = [true]\nother = 'x'", 3),
        ("[compnents]\nmoney = ['x']", 1),
        ("not toml at all [", 1),
    ],
)
def test_every_mistake_in_the_definitions_is_told_at_once(tmp_path: Path, text: str, problems: int):
    file = tmp_path / "components.toml"
    file.write_text(text)
    with pytest.raises(InvalidInput) as raised:
        read_definitions(file)
    assert len(raised.value.violations) == problems


def test_missing_definitions_are_a_mistake(tmp_path: Path):
    with pytest.raises(InvalidInput):
        read_definitions(tmp_path / "none.toml")


def test_a_byte_order_mark_of_the_definitions_is_skipped(tmp_path: Path) -> None:
    file = tmp_path / "advise.toml"
    file.write_bytes(b"\xef\xbb\xbfdivide = ['src']\n")
    assert read_definitions(file).divide == ("src",)
