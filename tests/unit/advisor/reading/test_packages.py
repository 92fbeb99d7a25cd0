import pytest

from plures.advisor.reading.packages import ModuleIndex, project_folders
from plures.advisor.reading.python.facts import Import


def index(*paths: str) -> ModuleIndex:
    return ModuleIndex(paths, project_folders(paths))


@pytest.mark.parametrize(
    ("paths", "path", "name"),
    [
        (["shop/__init__.py", "shop/a.py"], "shop/a.py", "shop.a"),
        (["pyproject.toml", "src/shop/__init__.py", "src/shop/a.py"], "src/shop/a.py", "shop.a"),
        (["sdk/pyproject.toml", "sdk/src/otel/sdk/__init__.py"], "sdk/src/otel/sdk/__init__.py", "otel.sdk"),
        (["site/manage.py", "site/apps/cart/__init__.py", "site/apps/cart/m.py"], "site/apps/cart/m.py", "apps.cart.m"),
        (["script.py"], "script.py", "script"),
    ],
)
def test_dotted_names(paths: list[str], path: str, name: str):
    assert index(*paths).name_of[path] == name


def test_absolute_relative_and_submodule_imports():
    found = index("shop/__init__.py", "shop/a.py", "shop/b/__init__.py", "shop/b/c.py")
    assert found.resolve(Import("shop.b.c", 0, "", 1), "shop/a.py") == "shop/b/c.py"
    assert found.resolve(Import("shop.b", 0, "c", 1), "shop/a.py") == "shop/b/c.py"
    assert found.resolve(Import("shop.b", 0, "Thing", 1), "shop/a.py") == "shop/b/__init__.py"
    assert found.resolve(Import("", 1, "a", 1), "shop/b/__init__.py") is None
    assert found.resolve(Import("", 2, "a", 1), "shop/b/c.py") == "shop/a.py"
    assert found.resolve(Import("", 1, "c", 1), "shop/b/__init__.py") == "shop/b/c.py"


def test_what_is_not_here_is_foreign():
    found = index("shop/__init__.py", "shop/a.py")
    assert found.resolve(Import("django.db", 0, "models", 1), "shop/a.py") is None
    assert found.resolve(Import("os", 0, "", 1), "shop/a.py") is None


def test_too_many_dots_lead_nowhere():
    assert index("shop/__init__.py", "shop/a.py").resolve(Import("x", 9, "y", 1), "shop/a.py") is None


def test_implicit_relative_imports_of_python_2():
    found = index("shop/__init__.py", "shop/a.py", "shop/b.py")
    assert found.resolve(Import("b", 0, "", 1), "shop/a.py") == "shop/b.py"


def test_a_folder_that_may_be_on_the_path_itself():
    found = index("site/manage.py", "site/apps/cart/__init__.py", "site/apps/cart/m.py", "site/apps/pay/__init__.py")
    assert found.resolve(Import("cart.m", 0, "", 1), "site/apps/pay/__init__.py") == "site/apps/cart/m.py"


def test_of_two_modules_with_one_name_the_nearer_is_meant():
    found = index("one/pyproject.toml", "one/conf.py", "one/a.py", "two/pyproject.toml", "two/conf.py", "two/a.py")
    assert found.resolve(Import("conf", 0, "", 1), "two/a.py") == "two/conf.py"


def test_distributions_share_a_namespace():
    found = index(
        "api/pyproject.toml",
        "api/src/ns/api/__init__.py",
        "sdk/pyproject.toml",
        "sdk/src/ns/sdk/__init__.py",
        "sdk/src/ns/sdk/x.py",
    )
    assert found.resolve(Import("ns.api", 0, "", 1), "sdk/src/ns/sdk/x.py") == "api/src/ns/api/__init__.py"
