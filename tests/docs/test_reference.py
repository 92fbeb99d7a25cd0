"""docs/reference: the pages are what the code says of itself, and leave nothing out."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from docs.build.reference import PAGES
from docs.build.settings import tables
from plures.topology import parse
from plures.topology.keys import FILE

from .pages import ROOT, blocks

FOLDER = ROOT / "docs" / "reference"
CODE = re.compile(
    r"""(?:Violation|Rule)\(\s*"([a-z_]+\.[a-z_]+)"|^    code(?:: [^=]+)? = "([a-z_]+\.[a-z_]+)"$""", re.MULTILINE
)


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_as_the_code_has_it(name: str) -> None:
    assert (FOLDER / name).read_text() == PAGES[name](), "run `python -m docs.build reference`"


def test_every_code_of_an_error_is_on_the_page() -> None:
    page = (FOLDER / "errors.md").read_text() + (FOLDER / "contract-rules.md").read_text()
    sources = "\n".join(path.read_text() for path in (ROOT / "src" / "plures").rglob("*.py"))
    codes = {"".join(found) for found in CODE.findall(sources)}
    assert len(codes) > 80
    assert sorted(code for code in codes if f"## `{code}`\n" not in page) == []


def test_every_error_says_what_happened() -> None:
    page = (FOLDER / "errors.md").read_text()
    assert re.findall(r"^`\w+`\. \.?$", page, re.MULTILINE) == []


def test_the_example_of_settings_uses_every_key() -> None:
    _, example, of_services, of_another_authority = blocks((FOLDER / "toml.md").read_text(), "toml")
    for each in (example, of_services, of_another_authority):
        parse(each.text)
    named = {below.name for _, key in tables(FILE) for below in key.below if not below.is_chosen}
    used = {
        *keys(tomllib.loads(example.text)),
        *keys(tomllib.loads(of_services.text)),
        *keys(tomllib.loads(of_another_authority.text)["tls"]),
    }
    assert named <= used


@pytest.mark.parametrize(
    "key", [key for _, table in tables(FILE) for key in table.below if not key.below], ids=lambda key: key.name
)
def test_each_example_of_a_key_can_be_read(key: Any) -> None:
    assert set(tomllib.loads(key.example)) == {key.name}


def keys(document: dict[str, Any]) -> Iterator[str]:
    for key, value in document.items():
        yield key
        if isinstance(value, dict):
            yield from keys(value)
