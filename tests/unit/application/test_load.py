"""From an import string to an application: each step that can fail says which it was, where, and what to do."""

import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plures.application import Application, ApplicationNotLoaded, load


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder to import from; what is imported from it is forgotten after the test."""
    before, path = set(sys.modules), list(sys.path)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def failure(folder: Path, import_string: str, text: str | None = None) -> ApplicationNotLoaded:
    """Why it cannot be loaded, once `text` is the module `site`."""
    if text is not None:
        (folder / "load_site.py").write_text(text)
    with pytest.raises(ApplicationNotLoaded) as caught:
        load(import_string, folder)
    assert caught.value.fix
    return caught.value


def test_an_application_is_found(folder: Path) -> None:
    (folder / "load_fine.py").write_text("from plures import Application\napp = Application('fine', [])")
    found = load("load_fine:app", folder)
    assert isinstance(found, Application)
    assert found.name == "fine"
    assert sys.path.index(str(folder)) < sys.path.index(sysconfig.get_path("purelib"))
    assert load("load_fine:app", folder) is found
    assert sys.path.count(str(folder)) == 1


def test_entries_of_the_path_that_are_no_text_are_left_alone(folder: Path) -> None:
    odd: list[Any] = [None, b"bytes", Path("here"), 5]
    sys.path[:0] = odd
    (folder / "load_odd.py").write_text("from plures import Application\napp = Application('odd', [])")
    assert load("load_odd:app", folder).name == "odd"
    assert sys.path[:4] == odd


@pytest.mark.parametrize(
    "text",
    ["import profile.contract", "from antigravity_ import x", "from this import RATES", "import opcode; opcode.RATES"],
)
def test_a_file_that_is_named_like_a_module_of_the_standard_library(folder: Path, text: str) -> None:
    for name in ("this.py", "opcode.py"):
        (folder / name).write_text("RATES = {}")
    (folder / "profile").mkdir(exist_ok=True)
    error = failure(folder, "load_site:app", text)
    if "_" in text:
        assert "Rename" not in error.fix
    else:
        assert error.fix.startswith("Rename ")
        assert error.fix.endswith(": Python's own module of this name comes first.")


@pytest.mark.parametrize(
    ("import_string", "missing"),
    [("load_absent:app", "load_absent"), ("load_absent.deep:app", "load_absent"), ("json.absent:app", "json.absent")],
)
def test_a_module_that_is_not_there(folder: Path, import_string: str, missing: str) -> None:
    error = failure(folder, import_string)
    assert error.what == f"Cannot load {import_string!r}"
    assert error.why == f"there is no module {missing!r}"
    assert "plures.toml" in error.fix


@pytest.mark.parametrize("import_string", ["", ":", "load_absent", "load_absent:", ":app"])
def test_what_is_no_import_string(folder: Path, import_string: str) -> None:
    error = failure(folder, import_string)
    assert error.what == f"{import_string!r} is no import string"
    assert "shop.app:app" in error.fix


def test_a_module_that_needs_something_that_is_not_there(folder: Path) -> None:
    error = failure(folder, "load_site:app", "x = 1\nimport load_not_installed\n")
    place = folder / "load_site.py"
    assert error.why == f"{place}, line 2: ModuleNotFoundError: No module named 'load_not_installed'"
    assert "install" in error.fix


def test_a_module_that_raises(folder: Path) -> None:
    error = failure(folder, "load_site:app", "\n\nvalue = {}['key']\n")
    assert error.why == f"{folder / 'load_site.py'}, line 3: KeyError: 'key'"


def test_a_module_that_calls_a_library_wrongly_is_named_rather_than_the_library(folder: Path) -> None:
    error = failure(folder, "load_site:app", "import json\nvalue = json.loads('{')\n")
    assert error.why.startswith(f"{folder / 'load_site.py'}, line 2: JSONDecodeError: ")


def test_a_syntax_error(folder: Path) -> None:
    error = failure(folder, "load_site:app", "x = 1\ndef broken(:\n")
    assert error.why == f"{folder / 'load_site.py'}, line 2: invalid syntax"
    assert error.fix == "Correct the syntax there."


def test_a_name_that_is_not_there(folder: Path) -> None:
    error = failure(folder, "load_site:ap", "from plures import Application\napp = Application('fine', [])")
    assert error.why == "module load_site: no 'ap' there"
    assert error.fix == "Did you mean load_site:app?"


@pytest.mark.parametrize(
    ("value", "kind"), [("None", "NoneType"), ("7", "int"), ("[].append", "builtin_function_or_method")]
)
def test_a_name_that_is_no_application(folder: Path, value: str, kind: str) -> None:
    error = failure(folder, "load_site:app", f"app = {value}")
    assert error.why == f"module load_site: 'app' there is of type {kind}"


def test_without_a_folder_the_path_is_left_alone() -> None:
    before = list(sys.path)
    with pytest.raises(ApplicationNotLoaded):
        load("load_absent:app")
    assert sys.path == before
