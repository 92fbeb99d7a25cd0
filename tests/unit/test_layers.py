"""The layers: as import-linter checks them, as ARCHITECTURE.md draws them, and what import-linter cannot see."""

import ast
import re
import subprocess
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
PUBLIC = {"plures", "plures.testing"}


def test_every_import_contract_is_kept() -> None:
    lint = Path(sysconfig.get_path("scripts")) / "lint-imports"
    finished = subprocess.run([lint, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_the_code_map_shows_the_layers_that_are_checked() -> None:
    checked = next(contract["layers"] for contract in CONTRACTS if contract["id"] == "layers")
    rows = re.findall(r"^\| \d+ \| (.+?) \|", (ROOT / "ARCHITECTURE.md").read_text(), flags=re.MULTILINE)
    drawn = [re.findall(r"`(\w+)`", row) for row in rows]
    assert drawn == [re.split(r" [|:] ", layer) for layer in checked]


def test_the_marketplace_names_public_packages_only() -> None:
    """For import-linter `from plures import contract` is an import of the package `plures.contract`, so it lets that pass."""
    imported = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "marketplace").rglob("*.py")
        for name in plures_modules(ast.parse(path.read_text()))
        if name not in PUBLIC
    }
    assert imported == set()


def plures_modules(tree: ast.Module) -> set[str]:
    named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    named |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return {name for name in named if name.split(".")[0] == "plures"}
