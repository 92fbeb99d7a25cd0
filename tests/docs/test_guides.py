"""docs/guides: their files are written and their commands typed, as each page has them."""

from pathlib import Path

import pytest

from .pages import FOLLOWED, ROOT, blocks
from .reader import Reader

GUIDES = [page for page in FOLLOWED if page.parent.name == "guides"]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda page: page.stem)
def test_every_step_works(guide: Path, reader: Reader) -> None:
    reader.follow(blocks(guide.read_text()))


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: str(page.relative_to(ROOT)))
def test_all_python_of_a_followed_page_is_in_files(page: Path) -> None:
    """A block without a path would be run by no test."""
    assert [block.line for block in blocks(page.read_text(), "python", "toml") if not block.path] == []
