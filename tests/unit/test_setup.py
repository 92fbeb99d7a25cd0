"""Set-up: what requirements/install.py says when it cannot go on, and what the pinned files contain."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

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
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {name_of(each) for each in (*project["dependencies"], *packages_of("standard", project))}
    assert named <= pinned("run").keys()


def test_standard_is_what_the_first_day_needs_and_stays_that() -> None:
    """Else it grows by what one of its makers likes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    first_day = {"click", "rich", "uvicorn", "uvloop", "watchfiles", "markupsafe", "sqlalchemy"}
    assert {name_of(each) for each in packages_of("standard", project)} == first_day


def test_the_guide_tells_of_each_extra_and_of_its_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    guide = (ROOT / "docs" / "guides" / "install.md").read_text()
    rows = dict(re.findall(r"^\|.+\| `pip install 'plures\[(\w+)\]'` \| (.+) \|$", guide, flags=re.MULTILINE))
    assert rows.keys() == project["optional-dependencies"].keys()
    for extra, said in rows.items():
        own = [each for each in project["optional-dependencies"][extra] if not each.startswith("plures[")]
        assert [name_of(each) for each in own if name_of(each) not in said] == [], extra


def packages_of(extra: str, project: dict[str, Any]) -> list[str]:
    """What an extra names, by itself and by other extras."""
    found: list[str] = []
    for each in project["optional-dependencies"][extra]:
        others = re.match(r"plures\[(.+)\]$", each)
        found += [name for other in others[1].split(",") for name in packages_of(other, project)] if others else [each]
    return found


@pytest.mark.parametrize("wanted", ["newest", "oldest"])
def test_a_python_is_found_on_any_machine(wanted: str, tmp_path: Path) -> None:
    """With none on the path it is the one that runs; one that does not start is passed over."""
    broken = tmp_path / "python3.13"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    finished = subprocess.run(
        [sys.executable, str(REQUIREMENTS / "pythons.py"), wanted],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert finished.stdout == f"{sys.executable}\n"


def test_what_tests_run_with_is_what_users_run_with() -> None:
    assert pinned("run").items() <= pinned("postgresql").items() <= pinned("dev").items()


def without_comments(name: str) -> str:
    return re.sub(r"^ *#.*\n", "", (REQUIREMENTS / f"{name}.txt").read_text(), flags=re.MULTILINE)


def pinned(name: str) -> dict[str, str]:
    """Versions by distribution."""
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", without_comments(name), flags=re.MULTILINE))


def name_of(dependency: str) -> str:
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


def test_go_is_taken_from_the_path_where_it_is_new_enough(tmp_path: Path) -> None:
    new = tmp_path / "go"
    new.write_text("#!/bin/sh\necho go version go1.26 linux/amd64\n")
    new.chmod(0o755)
    script = [sys.executable, str(REQUIREMENTS / "go.py")]
    found = subprocess.run(script, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout == f"{new}\n"
