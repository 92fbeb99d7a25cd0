"""Set-up: what requirements/install.py says when it cannot go on, and what the pinned files contain."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"
SETS = ("run", "postgresql", "dev")

each_set = pytest.mark.parametrize("name", SETS)


def install(folder: Path, *arguments: str, first: str = "") -> subprocess.CompletedProcess[str]:
    """Run a copy of the script in a folder of its own, after Python statements that make the machine worse."""
    script = folder / "requirements" / "install.py"
    script.parent.mkdir()
    shutil.copy(REQUIREMENTS / "install.py", script)
    program = f"import runpy, sys\nsys.argv = {[str(script), *arguments]}\n{first}\nrunpy.run_path(sys.argv[0], run_name='__main__')"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)


def test_an_old_python_is_told_which_one_is_needed(tmp_path: Path) -> None:
    finished = install(tmp_path, "run", first="sys.version_info = (3, 10, 13)")
    assert finished.returncode == 1
    assert "Plures needs Python 3.11 or newer" in finished.stderr
    assert "is 3.10" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_its_parts_is_told_what_to_install(tmp_path: Path, module: str) -> None:
    finished = install(tmp_path, "run", first=f"sys.modules[{module!r}] = None")
    assert finished.returncode == 1
    assert f"comes without {module!r}" in finished.stderr
    assert "apt install python3-venv" in finished.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("arguments", [(), ("everything",), ("run", "dev")])
def test_anything_but_a_set_is_answered_with_the_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    finished = install(tmp_path, *arguments)
    assert finished.returncode == 1
    assert "run|postgresql|dev" in finished.stderr


@each_set
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    """`pip --require-hashes` refuses anything else, but only for what this machine installs."""
    entries = re.split(r"\n(?=[a-z])", without_comments(name).strip())
    assert len(entries) > 20
    assert [entry for entry in entries if not re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==\S+ ", entry)] == []
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@each_set
def test_no_index_and_no_folder_is_named(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    assert re.findall(r"\S+://\S+|--index\S*|--find-links\S*|(?<!\w)/\w+/\S*", text) == []


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {named(dependency) for dependency in project} <= pinned("run").keys()


def test_what_tests_run_with_is_what_users_run_with() -> None:
    assert pinned("run").items() <= pinned("postgresql").items() <= pinned("dev").items()


def without_comments(name: str) -> str:
    return re.sub(r"^ *#.*\n", "", (REQUIREMENTS / f"{name}.txt").read_text(), flags=re.MULTILINE)


def pinned(name: str) -> dict[str, str]:
    """Versions by distribution."""
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", without_comments(name), flags=re.MULTILINE))


def named(dependency: str) -> str:
    return re.match(r"[a-z0-9-]+", dependency).group()


def test_the_lowest_versions_are_said_and_no_newer_than_the_pinned_ones() -> None:
    script = [sys.executable, str(REQUIREMENTS / "floors.py")]
    lowest = subprocess.run(script, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", without_comments("dev"), flags=re.MULTILINE))
    assert "click==8.1" in lowest
    for name, _, version in (each.partition("==") for each in lowest):
        assert numbers(version) <= numbers(pinned[name]), name


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_plures_needs_nothing_of_typing_extensions_that_is_younger_than_its_lowest_version() -> None:
    """The tests run with a newer one, since other packages ask for it."""
    younger = (
        "TypeForm",
        "Sentinel",
        "sentinel",
        "evaluate_forward_ref",
        "type_repr",
        "Reader",
        "Writer",
        "disjoint_base",
    )
    program = (
        f"import typing_extensions as t\nfor name in {younger}: vars(t).pop(name, None)\n"
        "import plures, plures.cli, plures.testing, plures.data, plures.web"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert finished.returncode == 0, finished.stderr
