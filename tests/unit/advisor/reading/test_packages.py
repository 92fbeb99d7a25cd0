from pathlib import Path

import pytest

from plures.advisor.reading.packages import (
    ModuleIndex,
    distribution_folders,
    is_namespace,
    is_python_2,
    package_name,
    project_folders,
)
from plures.advisor.reading.python.facts import Import
from plures.advisor.reading.python.parse import parse


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


def test_imports_are_implicitly_relative_in_python_2_alone():
    paths = ("shop/__init__.py", "shop/a.py", "shop/redis/__init__.py")
    new, old = index(*paths), ModuleIndex(paths, project_folders(paths), python_2=True)
    assert new.resolve(Import("redis", 0, "", 1), "shop/a.py") is None
    assert old.resolve(Import("redis", 0, "", 1), "shop/a.py") == "shop/redis/__init__.py"


@pytest.mark.parametrize("text", ["print 'x'", "try:\n    pass\nexcept E, e:\n    pass", "x = 0777", "raise E, 'x'"])
def test_a_codebase_is_one_of_python_2_when_only_python_2_reads_its_files(text: str):
    new = {f"{i}.py": parse(b"print('x')") for i in range(9)}
    assert is_python_2(new | {"a.py": parse(text.encode())})
    # Python 3.14 reads this list of classes; an older Python finds a mistake there, and no Python 2.
    assert not is_python_2(new | {"a.py": parse(b"try:\n    pass\nexcept OSError, Refused:\n    pass")})
    assert not is_python_2(new | {"a.py": parse(b"def broken(:\n    print('x')")})


@pytest.mark.parametrize("name", ["logging", "redis"])
@pytest.mark.parametrize("place", ["{}.py", "{}/__init__.py"])
def test_scripts_and_folders_elsewhere_do_not_stand_for_packages(name: str, place: str):
    local = f"ops/{place.format(name)}"
    found = index("shop/__init__.py", "shop/a.py", local, "ops/run.py")
    assert found.resolve(Import(name, 0, "", 1), "shop/a.py") is None
    assert found.resolve(Import(name, 0, "handlers", 1), "shop/a.py") is None
    # A script's own folder is on the path; of the standard library nothing is taken from there.
    assert found.resolve(Import(name, 0, "", 1), "ops/run.py") == (local if name == "redis" else None)


def test_a_name_of_the_standard_library_is_local_where_a_source_root_has_it():
    found = index("app/pyproject.toml", "app/src/types.py", "app/src/a.py", "other/b.py")
    assert found.resolve(Import("types", 0, "", 1), "app/src/a.py") == "app/src/types.py"
    assert found.resolve(Import("types", 0, "", 1), "other/b.py") is None


@pytest.mark.parametrize("sign", ["requirements.txt", "Dockerfile", "manage.py"])
def test_a_folder_that_things_are_started_in_is_a_source_root(sign: str):
    found = index(f"backend/{sign}", "backend/shop/__init__.py", "worker/main.py")
    assert found.resolve(Import("shop", 0, "", 1), "worker/main.py") == "backend/shop/__init__.py"


def test_a_file_with_a_dot_in_its_name_is_no_module():
    found = index("shop/__init__.py", "shop/a.py", "shop/settings.example.py")
    assert found.resolve(Import("shop.settings.example", 0, "", 1), "shop/a.py") == "shop/__init__.py"


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


@pytest.mark.parametrize(
    ("more", "found"),
    [
        (("sci/tsa/__init__.py", "sci/tsa/setup.py"), {""}),
        (("sci/tsa/__init__.py", "sci/tsa/setup.py", "sci/tsa/pyproject.toml"), {"", "sci/tsa"}),
        (("sci/tsa/setup.py",), {"", "sci/tsa"}),
        (("plugin/__init__.py", "plugin/setup.py"), {"", "plugin"}),
        (("sdk/setup.cfg",), {"", "sdk"}),
    ],
)
def test_the_setup_of_a_subpackage_makes_no_distribution(more: tuple[str, ...], found: set[str]):
    assert distribution_folders(["setup.py", "sci/__init__.py", *more]) == found


def test_what_other_distributions_have_below_a_shared_name_is_foreign():
    paths = ("setup.py", "acme/__init__.py", "acme/bq/__init__.py", "acme/bq/job.py")
    found = ModuleIndex(paths, project_folders(paths), namespaces={"acme/__init__.py"})
    for foreign in (Import("acme.auth", 0, "", 1), Import("acme.auth", 0, "login", 1), Import("acme", 0, "auth", 1)):
        assert found.resolve(foreign, "acme/bq/job.py") is None
    assert found.resolve(Import("acme.bq", 0, "job", 1), "acme/bq/__init__.py") == "acme/bq/job.py"
    assert found.resolve(Import("", 2, "bq", 1), "acme/bq/job.py") == "acme/bq/__init__.py"


@pytest.mark.parametrize(
    ("text", "shared"),
    [
        ("__import__('pkg_resources').declare_namespace(__name__)\n", True),
        ("from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n", True),
        (
            "try:\n    import pkg_resources\n    pkg_resources.declare_namespace(__name__)\nexcept ImportError:\n    pass\n",
            True,
        ),
        ("# no declare_namespace(__name__) here\n", False),
        ("", False),
        ("__path__ = extend_path(__path__, __name__)\n" + "x = 1\n" * 20, False),
    ],
)
def test_a_package_that_only_shares_its_name(text: str, shared: bool):
    assert is_namespace("acme/__init__.py", parse(text.encode()).lines, text) is shared
    assert not is_namespace("acme/job.py", 1, text)


def test_a_package_that_is_read_by_itself_is_imported_by_its_whole_name(tmp_path: Path):
    for folder in ("src/shop", "src/shop/web"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "__init__.py").touch()
    assert package_name(tmp_path / "src/shop/web") == "shop.web"
    assert package_name(tmp_path / "src") == ""
    paths = ["__init__.py", "a.py", "pages/__init__.py", "pages/b.py"]
    found = ModuleIndex(paths, project_folders(paths), package="shop.web")
    assert found.resolve(Import("shop.web.pages.b", 0, "x", 1), "a.py") == "pages/b.py"
    assert found.resolve(Import("shop.web", 0, "a", 1), "pages/b.py") == "a.py"
    assert found.resolve(Import("shop.other", 0, "a", 1), "a.py") is None
    assert found.name_of["pages/b.py"] == "pages.b"
