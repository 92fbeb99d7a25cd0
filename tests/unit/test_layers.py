"""The layers: as import-linter checks them, as ARCHITECTURE.md draws them, and what import-linter cannot see."""

import ast
import importlib
import re
import subprocess
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
PUBLIC = {"plures", "plures.load", "plures.testing"}
PLACES = ("src", "marketplace", "tests", "bench")
MOST_MODULES = 15
MOST_LINES = 300


def test_every_import_contract_is_kept() -> None:
    lint = Path(sysconfig.get_path("scripts")) / "lint-imports"
    finished = subprocess.run([lint, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_the_code_map_shows_the_layers_that_are_checked() -> None:
    checked = next(contract["layers"] for contract in CONTRACTS if contract["id"] == "layers")
    rows = re.findall(r"^\| \d+ \| (.+?) \|", (ROOT / "ARCHITECTURE.md").read_text(), flags=re.MULTILINE)
    drawn = [re.findall(r"`(\w+)`", row) for row in rows]
    assert drawn == [re.split(r" [|:] ", layer) for layer in checked]


def test_the_entry_points_are_where_the_table_says() -> None:
    table = (ROOT / "ARCHITECTURE.md").read_text().split("## Entry points")[1].split("## ")[0]
    named = re.findall(r"`((?:src|marketplace)/[\w/.]+)`", table)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_marketplace_names_public_packages_only() -> None:
    """For import-linter `from plures import contract` is an import of the package `plures.contract`, so it lets that pass."""
    imported = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "marketplace").rglob("*.py")
        for name in plures_modules(ast.parse(path.read_text()))
        if name not in PUBLIC
    }
    assert imported == set()


def test_neighbours_use_only_what_a_package_offers() -> None:
    """A package is entered by its door: from outside, only the names that its `__init__` lists in `__all__` are imported."""
    assert [entry for module in MODULES for entry in forced_entries(module)] == []


def test_no_folder_is_a_drawer() -> None:
    """A package of more than fifteen modules is cut into rooms; see docs/adr/0011-floors.md."""
    folders = {path.parent for place in PLACES for path in (ROOT / place).rglob("*.py")}
    sizes = {str(folder.relative_to(ROOT)): len(list(folder.glob("*.py"))) for folder in folders}
    assert {folder: size for folder, size in sizes.items() if size > MOST_MODULES} == {}


def test_every_file_can_be_read_in_a_minute() -> None:
    lines = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in (ROOT / "src").rglob("*.py")}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT / "src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted((ROOT / "src").rglob("*.py"))}
PACKAGES = {name for name, path in MODULES.items() if path.name == "__init__.py"}


def forced_entries(module: str) -> list[str]:
    """The imports of a module that go around a door, and what it takes out of a room that it has imported as a whole."""
    home = module if module in PACKAGES else module.rpartition(".")[0]
    tree = ast.parse(MODULES[module].read_text())
    imported = [
        (source, name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for source in [absolute(node, home)]
        if source.split(".")[0] == "plures"
        for name in [alias.name for alias in node.names]
    ]
    rooms = {name: f"{source}.{name}" for source, name in imported if f"{source}.{name}" in PACKAGES}
    return [
        *[f"{module}: from {source} import {name}" for source, name in imported if not is_offered(source, name, home)],
        *[
            f"{module}: {room}.{name}"
            for room, name in attributes(tree)
            if room in rooms and not is_in(rooms[room], name)
        ],
    ]


def attributes(tree: ast.Module) -> list[tuple[str, str]]:
    return [
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    ]


def absolute(node: ast.ImportFrom, home: str) -> str:
    if not node.level:
        return node.module or ""
    parents = home.split(".")[: len(home.split(".")) - node.level + 1]
    return ".".join([*parents, *([node.module] if node.module else [])])


def is_offered(source: str, name: str, home: str) -> bool:
    path = f"{source}.{name}".split(".")
    above = [".".join(path[:end]) for end in range(1, len(path) + 1)]
    door = next(place for place in above if not f"{home}.".startswith(f"{place}."))
    if door not in PACKAGES:
        return door in (source, f"{source}.{name}")
    # A package may offer one of its rooms as a whole.
    is_room = door == f"{source}.{name}" and is_in(source, name)
    return is_room or (source == door and is_in(door, name))


def is_in(package: str, name: str) -> bool:
    return name in importlib.import_module(package).__all__


def plures_modules(tree: ast.Module) -> set[str]:
    named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    named |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return {name for name in named if name.split(".")[0] == "plures"}
