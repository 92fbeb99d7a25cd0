"""docs/guides: their files are written and their commands typed, as each page has them, and a type checker accepts the files."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from plures.cli import main
from tests.golang import go
from tests.typescript import programs_of_node

from .pages import FOLLOWED, ROOT, blocks
from .reader import Reader
from .shelf import ready_to_build

GUIDES = [page for page in FOLLOWED if page.parent.name == "guides"]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda page: page.stem)
def test_every_step_works(guide: Path, reader: Reader, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    text = guide.read_text()
    if "export NATS_HOST=" in text:
        reader.environment["NATS_HOST"] = request.getfixturevalue("shared_nats").address
    if "npm ci" in text:
        reader.find_first(programs_of_node(tmp_path))
    if "plures build" in text:
        ready_to_build(reader, tmp_path)
    if "go build" in text:
        reader.find_first(go().parent)
    reader.follow(blocks(text))


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: str(page.relative_to(ROOT)))
def test_all_python_of_a_followed_page_is_in_files(page: Path) -> None:
    """A block without a path would be run by no test."""
    assert [block.line for block in blocks(page.read_text(), "python", "toml") if not block.path] == []


@pytest.fixture(scope="module")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_files_of_a_followed_page_have_right_types(page: Path, tmp_path: Path, mypy_cache: Path) -> None:
    hello = tmp_path / "hello"
    assert CliRunner().invoke(main, ["new", str(hello)]).exit_code == 0
    (hello / "tests" / "__init__.py").touch()
    for block in blocks(page.read_text()):
        if block.path:
            block.write(hello)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(mypy_cache), "hello", "tests"]
    finished = subprocess.run(command, cwd=hello, capture_output=True, text=True, check=False, timeout=240)
    assert finished.returncode == 0, finished.stdout
