"""`plures new`: names that make no package, folders in the way, and what it writes."""

import ast
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from plures.application import assemble, load
from plures.cli.new import source_of_plures
from plures.topology import check, parse

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _forgetting() -> Iterator[None]:
    """What a test imports from its folder is forgotten."""
    modules, path = set(sys.modules), list(sys.path)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if "pytest-of-" in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def imported_names(node: ast.AST) -> list[str]:
    """The absolute imports of a statement."""
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""] if not node.level else []
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_what_is_written(plures: Run, here: Path) -> None:
    result = plures("new", "my-shop")
    assert (result.exit_code, result.stderr) == (0, "")
    steps, separator, source = result.stdout.partition("In another environment, install this Plures first: ")
    # Only where Plures came from no index.
    assert (source == "") == (separator == "") == (source_of_plures() == "")
    assert source in ("", f"pip install 'plures @ {source_of_plures()}'\n")
    assert steps == (
        "created my-shop\n  cd my-shop\n"
        "  pip install --editable '.[test]'  # what pyproject.toml says: Plures with its command, Starlette, pytest\n"
        "  plures run                        # http://127.0.0.1:8000/?name=you\n"
        "  python -m pytest                  # in one process, over the wire, as processes of their own\n"
    )
    assert files(here / "my-shop") == {
        "README.md", "plures.toml", "pyproject.toml", "tests/test_greeting.py", "my_shop/__init__.py", "my_shop/app.py",
        "my_shop/web.py", "my_shop/greeting/__init__.py", "my_shop/greeting/capability.py",
        "my_shop/greeting/contract.py", "my_shop/greeting/service.py",
    }  # fmt: skip
    readme = (here / "my-shop" / "README.md").read_text()
    assert "pip install --editable '.[test]'" in readme
    assert "The test needs pytest and pytest-asyncio, which `.[test]` installs." in readme
    for name in files(here / "my-shop"):
        assert "greeter" not in (here / "my-shop" / name).read_text()


@pytest.mark.parametrize("name", ["shop", "my-shop-x", "my_store", "a1", "s3", "shop-24", "store_2", "x"])
def test_every_name_that_is_taken_makes_an_application_that_fits(plures: Run, here: Path, name: str) -> None:
    assert plures("new", name).exit_code == 0
    settings = parse(here / name / "plures.toml")
    assembly = assemble(load(settings.application, here / name))
    assert assembly.name == name.replace("-", "_")
    for topology in ("monolith", "split"):
        check(settings.topology(topology), assembly.facts)


def test_a_machine_without_starlette_is_told_where_and_what(
    plures: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plures("new", "shop").exit_code == 0
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    result = plures("topology", "check", "--file", "shop/plures.toml")
    assert result.exit_code == 2
    assert "error: Cannot load 'shop.app:app'" in result.stderr
    assert "web.py, line 3: ModuleNotFoundError: import of starlette.applications halted" in result.stderr
    assert "fix: Correct the line, or install what it needs." in result.stderr


def test_what_it_imports_is_what_it_declares(plures: Run, here: Path) -> None:
    """Its pyproject.toml names every package that its code imports, so that `pip install` of it is enough."""
    assert plures("new", "shop").exit_code == 0
    project = tomllib.loads((here / "shop" / "pyproject.toml").read_text())["project"]
    named = " ".join([*project["dependencies"], *project["optional-dependencies"]["test"]])
    imported = {
        name.partition(".")[0]
        for path in (here / "shop").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in imported_names(node)
    }
    foreign = imported - {"shop"} - sys.stdlib_module_names
    assert foreign == {"plures", "pytest", "starlette"}
    assert [name for name in foreign - {"pytest"} if name not in named] == []


@pytest.mark.parametrize("place", [".", "deep/er"])
def test_in_another_folder(plures: Run, here: Path, place: str) -> None:
    assert plures("new", f"{place}/shop").exit_code == 0
    assert (here / place / "shop" / "plures.toml").is_file()


def test_an_empty_folder_may_be_there(plures: Run, here: Path) -> None:
    (here / "shop").mkdir()
    assert plures("new", "shop").exit_code == 0


def test_folders_whose_names_look_like_markup(plures: Run, here: Path) -> None:
    result = plures("new", "[bold]/shop")
    assert result.exit_code == 0
    assert "created [bold]/shop\n  cd '[bold]/shop'\n" in result.stdout


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "/",
        "Shop",
        "1shop",
        "my shop",
        "shop!",
        "läden",
        "-",
        "_",
        "shop-",
        "_shop",
        "my--shop",
        "a" * 5 + "\n",
        "shop.py",
    ],
)
def test_what_is_no_name(plures: Run, here: Path, name: str) -> None:
    result = plures("new", "--", name)
    assert result.exit_code == 2
    assert "is no name for an application" in result.stderr
    assert "fix: Use lower-case letters" in result.stderr
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("class", "it is a word of the Python language"),
        ("json", "it would hide the Python package 'json'"),
        ("asyncio", "it would hide the Python package 'asyncio'"),
        ("plures", "it would hide the Python package 'plures'"),
        ("starlette", "it would hide the Python package 'starlette'"),
        ("tests", "it would hide the Python package 'tests'"),
    ],
)
def test_names_that_something_else_has(plures: Run, here: Path, name: str, why: str) -> None:
    result = plures("new", name)
    assert result.exit_code == 2
    assert f"why: {why}" in result.stderr
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("in_the_way", ["shop", "shop/file"])
def test_nothing_is_overwritten(plures: Run, here: Path, in_the_way: str) -> None:
    path = here / in_the_way
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    result = plures("new", "shop")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "error: shop exists already  [cli.not_created]", "  why: nothing is overwritten",
        "  fix: Choose another name, or remove it first.",
    ]  # fmt: skip
    assert path.read_text() == "mine"
    assert files(here) == {in_the_way}


@pytest.mark.parametrize("place", ["file/shop", "file/deep/shop"])
def test_a_file_where_a_folder_should_be(plures: Run, here: Path, place: str) -> None:
    (here / "file").write_text("in the way")
    result = plures("new", place)
    assert result.exit_code == 2
    assert f"error: Cannot write {place}" in result.stderr
    assert "fix: Choose a folder that you may write to." in result.stderr


def test_a_name_that_is_too_long(plures: Run, here: Path) -> None:
    result = plures("new", "a" * 300)
    assert result.exit_code == 2
    assert "why: File name too long" in result.stderr


@pytest.mark.parametrize(
    ("told", "source"),
    [
        (None, ""),
        ("{", ""),
        ('{"url": "file:///src/plures", "dir_info": {"editable": true}}', "file:///src/plures"),
        ('{"url": "https://example.org/plures.whl", "archive_info": {}}', "https://example.org/plures.whl"),
        (
            '{"url": "https://example.org/plures", "vcs_info": {"vcs": "git", "commit_id": "ab12"}}',
            "git+https://example.org/plures@ab12",
        ),
    ],
)
def test_where_this_plures_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str | None, source: str
) -> None:
    folder = tmp_path / "plures-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: plures\nVersion: 1.0\n")
    if told is not None:
        (folder / "direct_url.json").write_text(told)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert source_of_plures() == source
