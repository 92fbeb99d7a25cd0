"""A command pays for what it needs: what is slow to import is imported by the command that works with it."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"sqlalchemy", "uvicorn", "rich", "watchfiles", "plures.advisor", "plures.deploy", "plures.host"}
PROGRAM = """
import sys
from plures.cli import main
try:
    main(sys.argv[1:])
finally:
    print("imported:", *sys.modules)
"""
APP = """
from typing import Protocol
from plures import Application, Capability, Database, Migration, contract, query

@contract("light.shop.v1", owner="tests")
class Shop(Protocol):
    @query()
    async def get(self) -> int: ...

class ShopService(Shop):
    def __init__(self, database: Database) -> None: ...
    async def get(self) -> int: return 1

app = Application("light", [Capability(Shop, ShopService, migrations=(Migration(1, "one", ("CREATE TABLE a (b)",)),))])
"""


def run(folder: Path, *arguments: str) -> tuple[str, set[str]]:
    """What a command prints, and what it has imported in the end."""
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    said, _, names = finished.stdout.rpartition("imported:")
    return said, set(names.split())


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["run", "-h"], ["call", "-h"], ["advise", "-h"]])
def test_what_a_command_says_of_itself_needs_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    said, imported = run(tmp_path, *arguments)
    assert said.startswith(("Usage: ", "plures, version "))
    assert imported & HEAVY == set()


def test_an_application_is_written_and_checked_without_what_would_run_it(tmp_path: Path) -> None:
    (tmp_path / "light.py").write_text(APP)
    (tmp_path / "plures.toml").write_text('[application]\nimport = "light:app"\n')
    said, imported = run(tmp_path, "topology", "check")
    assert said == "ok  monolith\n"
    assert imported & HEAVY == set()
    assert run(tmp_path, "new", "shop")[1] & HEAVY == set()


def test_the_public_names_do_not_need_a_database() -> None:
    program = (
        "import sys; from plures import Database, Migration; import plures.host, plures.testing; print(*sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "plures.data" in finished.stdout.split()
    assert "sqlalchemy" not in finished.stdout.split()


def test_a_replica_starts_without_what_few_are_asked_for() -> None:
    program = "import sys, plures.deploy.replica; print(*sys.modules)"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    seldom = {
        "plures.compat",
        "plures.exports",
        "plures.pages",
        "plures.cli",
        "click",
        "sqlalchemy",
        "importlib.metadata",
    }
    assert set(finished.stdout.split()) & seldom == set()


# A dataclass takes some hundred times as long to define as a struct of msgspec, and there were as many as all else that an import does.
MOST_DATACLASSES = 100
COUNT = """
import sys, plures
found = {
    id(each): each
    for name, module in list(sys.modules.items()) if name.startswith("plures.")
    for each in vars(module).values() if isinstance(each, type) and "__dataclass_fields__" in vars(each)
}
print(len(found))
"""


def test_few_values_are_dataclasses() -> None:
    finished = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True, timeout=60)
    assert 0 < int(finished.stdout) <= MOST_DATACLASSES


def test_a_process_without_opentelemetry_in_it_imports_none(tmp_path: Path) -> None:
    """What runs an application has it installed, and neither a variable nor user code asks for it."""
    (tmp_path / "light.py").write_text(
        APP.replace("database: Database", "").replace(
            ', migrations=(Migration(1, "one", ("CREATE TABLE a (b)",)),)', ""
        )
    )
    program = (
        "import asyncio, sys, light, pathlib; from plures.application import assemble; from plures.host import Host, Placement\n"
        "async def run():\n"
        "    host = Host(assemble(light.app), Placement(frozenset({'shop'}), edge=False, data=pathlib.Path('data')))\n"
        "    await host.start()\n"
        "    assert await host.client(light.Shop).get() == 1\n"
        "    await host.stop()\n"
        "asyncio.run(run()); print(*sys.modules)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert finished.returncode == 0, finished.stderr
    assert "plures.host" in finished.stdout.split()
    assert [name for name in finished.stdout.split() if name.startswith(("opentelemetry", "plures.otel"))] == []
