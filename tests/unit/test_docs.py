"""The documentation: its links lead somewhere, its Python runs, its settings are valid, and its commands exist.

Pages whose reader builds something step by step are followed by tests/docs; their Python runs there.
"""

import ast
import asyncio
import importlib
import inspect
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import click
import pytest

from plures import Application
from plures.application import assemble, load
from plures.cli import main
from plures.topology import check, parse
from tests.docs.pages import FENCE, FOLLOWED, PAGES, ROOT, Block, blocks

LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", flags=re.MULTILINE)
COMMAND = re.compile(r"`(plures [^`]+)`|^\$ (plures .+?)(?:\s+#.*)?$", flags=re.MULTILINE)


def each(pages: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", pages, ids=lambda page: str(page.relative_to(ROOT)))


each_page = each(PAGES)


@each_page
def test_links_resolve(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if not resolves(page, link)] == []


@each_page
def test_commands_exist(page: Path) -> None:
    commands = ["".join(match) for match in COMMAND.findall(page.read_text())]
    assert [problem for command in commands if (problem := complaint(shlex.split(command)[1:]))] == []


@each([page for page in PAGES if page not in FOLLOWED])
@pytest.mark.usefixtures("_alone")
def test_python_runs(page: Path, tmp_path: Path) -> None:
    python = blocks(page.read_text(), "python")
    run_in_one_namespace(page, [block for block in python if not block.path])
    import_as_files(tmp_path, [block for block in python if block.path])


@each_page
def test_settings_are_valid(page: Path) -> None:
    for block in blocks(page.read_text(), "toml"):
        if "[application]" in block.text:
            parse(block.text)
        else:
            tomllib.loads(block.text)


@pytest.mark.usefixtures("_alone")
def test_the_settings_in_the_readme_fit_its_application(tmp_path: Path) -> None:
    for block in blocks((ROOT / "README.md").read_text()):
        if block.path:
            block.write(tmp_path)
    settings = parse(tmp_path / "plures.toml")
    assembly = assemble(load(settings.application, tmp_path))
    for topology in settings.topologies.values():
        check(topology, assembly.facts)


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "adr"
    listed = set(LINK.findall((folder / "README.md").read_text()))
    assert {page.name for page in folder.glob("0*.md")} <= listed


@pytest.fixture
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty folder to work in; what a page imports from it is forgotten."""
    modules = set(sys.modules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def run_in_one_namespace(page: Path, python: list[Block]) -> None:
    """Run the blocks of a page one after the other, as if they were one module; applications among them are assembled."""
    # Contracts look up the names of their annotations in their module, so the namespace has to be one.
    module = ModuleType("page")
    sys.modules["page"] = module
    try:
        for block in python:
            run(compiled(page, block), vars(module))
        for value in vars(module).values():
            if isinstance(value, Application):
                assemble(value)
    finally:
        del sys.modules["page"]


def compiled(page: Path, block: Block) -> CodeType:
    where = f"{page.relative_to(ROOT)}, block at line {block.line}"
    code: CodeType = compile(block.text, where, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return code


def run(code: CodeType, namespace: dict[str, Any]) -> None:
    result = eval(code, namespace)
    if inspect.iscoroutine(result):
        asyncio.run(result)


def import_as_files(folder: Path, files: list[Block]) -> None:
    """Write blocks that are files, and import them all."""
    for block in files:
        block.write(folder)
    for block in files:
        importlib.import_module(block.path.removesuffix(".py").replace("/", "."))


def resolves(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub and others make of the headings."""
    headings = HEADING.findall(FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def complaint(words: list[str]) -> str:
    """What is wrong with the words after `plures`; nothing when the command and its options exist."""
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        try:
            _, found, words = command.resolve_command(click.Context(command), words)
        except click.UsageError:
            found = None
        if found is None:
            return f"{command.name} has no command {words[0]!r}"
        command = found
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in known]
    return f"{command.name} has no option {unknown}" if unknown else ""
