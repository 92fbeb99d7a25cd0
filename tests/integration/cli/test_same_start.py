"""The same project starts in every topology, whatever its files are called and whatever is in `sys.path`."""

import os
import shutil
import signal
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from .programs import Program

PLURES = str(Path(sys.executable).with_name("plures"))
EACH = pytest.mark.parametrize("how", [(), ("-t", "split"), ("--reload",)], ids=["one", "split", "reload"])
NAMES = (
    "random",
    "queue",
    "email",
    "types",
    "secrets",
    "logging",
    "ssl",
    "select",
    "uuid",
    "calendar",
    "http",
    "sqlite3",
    "plistlib",
)


def serves(folder: Path, how: tuple[str, ...]) -> None:
    with closing(Program(folder, PLURES, "run", "--port", "0", "--control-port", "0", *how)) as running:
        url = running.line(r"(?:till|the application): (http\S+)$")[1]
        with urllib.request.urlopen(url, timeout=60) as answer:
            assert answer.read() == b"version 1, rung 1 times"
        assert running.end(signal.SIGTERM) == 0
        assert "Traceback" not in running.output


@EACH
def test_files_named_like_modules_of_the_standard_library(site: Path, how: tuple[str, ...]) -> None:
    for name in NAMES:
        (site / f"{name}.py").write_text("raise RuntimeError('this hides the standard library')\n")
    serves(site, how)


@EACH
def test_entries_of_the_path_that_are_no_text(site: Path, how: tuple[str, ...]) -> None:
    with (site / "till_app.py").open("a") as file:
        file.write("\nimport pathlib, sys\nsys.path += [pathlib.Path('here'), b'bytes', None, 5, '', 'gone']\n")
    serves(site, how)


@pytest.mark.parametrize("how", [(), ("-t", "split")], ids=["one", "split"])
def test_a_folder_whose_name_is_no_utf_8(site: Path, tmp_path: Path, how: tuple[str, ...]) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("the file system takes UTF-8 alone")
    for name in ("till_app.py", "plures.toml"):
        shutil.copy(site / name, folder)
    serves(folder, how)


@EACH
def test_a_name_of_the_standard_library_that_is_asked_for(site: Path, how: tuple[str, ...]) -> None:
    (site / "profile").mkdir()
    (site / "profile" / "contract.py").write_text("")
    module = site / "till_app.py"
    module.write_text("import profile.contract\n" + module.read_text())
    with closing(Program(site, PLURES, "run", "--port", "0", "--control-port", "0", *how)) as running:
        running.line(r"fix: Rename profile: Python's own module of this name comes first\.")
