"""README.md: the tour, line by line as a reader would type it, and the files that it shows."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from plures.cli import main

from .pages import ROOT, Block, blocks, section
from .reader import Reader

README = ROOT / "README.md"
FILES = [block for block in blocks(README.read_text()) if block.path]


def test_the_tour_works_line_by_line(reader: Reader) -> None:
    for name in ("plures.toml", "plures.containers.toml", "marketplace"):
        (reader.folder / name).symlink_to(ROOT / name)
    reader.follow(blocks(section(README, "A tour"), "console"))


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated") / "hello"
    assert CliRunner().invoke(main, ["new", str(folder)]).exit_code == 0
    return folder


@pytest.mark.parametrize("block", FILES, ids=lambda block: block.path)
def test_the_files_are_those_that_plures_new_writes(block: Block, generated: Path) -> None:
    assert block.text == (generated / block.path).read_text()


def test_every_file_of_the_application_is_shown(generated: Path) -> None:
    written = {path.relative_to(generated) for path in (generated / "hello").rglob("*.py") if path.read_text()}
    assert {block.path for block in FILES} == {*map(str, written), "plures.toml"}
