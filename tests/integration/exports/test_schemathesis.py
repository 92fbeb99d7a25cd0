"""schemathesis against the marketplace as it is served, by the OpenAPI documents of its contracts: no finding.

`PLURES_EXAMPLES=300 python -m pytest tests/integration/exports` asks a hundred times as much.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import force_setattr

from plures import Application, Capability
from plures.application import AssembledCapability, assemble, load
from plures.compat import described
from plures.exports import export
from plures.host import Host, Placement
from plures.http import HttpServerProtocol
from tests.every_type import Everything, EverythingService
from tests.interop.serving import served

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EXAMPLES = int(os.environ.get("PLURES_EXAMPLES", "3"))
LIMIT_S = 3600
UNHURRIED_S = 300.0


def one_document(capabilities: Iterable[AssembledCapability]) -> dict[str, Any]:
    """The documents of all contracts as one, so that schemathesis starts once. Names of schemas get that of their contract before them."""
    whole: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "marketplace", "version": "1"}, "paths": {}}
    schemas = whole.setdefault("components", {}).setdefault("schemas", {})
    for each in capabilities:
        exported = export(described(each.contract), "openapi")
        assert exported is not None
        start = "#/components/schemas/"
        document = json.loads(exported.text.replace(f'"{start}', f'"{start}{each.contract.name}.'))
        whole["paths"] |= document["paths"]
        schemas |= {
            f"{each.contract.name}.{name}": schema for name, schema in document["components"]["schemas"].items()
        }
    for path, item in whole["paths"].items():
        for operation in item.values():
            operation["operationId"] = path.strip("/").replace("/", ".") + operation["operationId"]
    return whole


@contextmanager
def unhurried(capabilities: Iterable[AssembledCapability]) -> Iterator[None]:
    """While the block runs, no call of these has the deadline of a shop: a busy machine of tests keeps none, and an answer that is late is no finding."""
    declarations = [each.declaration for one in capabilities for each in one.contract.operations.values()]
    declared = [each.deadline_s for each in declarations]
    for each in declarations:
        force_setattr(each, "deadline_s", UNHURRIED_S)
    try:
        yield
    finally:
        for each, deadline_s in zip(declarations, declared, strict=True):
            force_setattr(each, "deadline_s", deadline_s)


@pytest.mark.parametrize("which", ["the marketplace", "every type"])
async def test_it_finds_nothing(which: str, tmp_path: Path) -> None:
    everything = Application("tests", [Capability(Everything, EverythingService)])
    assembly = assemble(everything if which == "every type" else load("marketplace.app:app", ROOT))
    document = tmp_path / "document.json"
    whole = one_document(assembly.capabilities.values())
    document.write_text(json.dumps(whole))
    host = Host(assembly, Placement(frozenset(assembly.capabilities), edge=False, data=tmp_path / "data"))
    await host.start()
    try:
        async with served(host.control, HttpServerProtocol) as url:
            with unhurried(assembly.capabilities.values()):
                code, said = await _run(document, url)
    finally:
        await host.stop()
    assert code == 0, said
    assert f"Tested: {sum(map(len, whole['paths'].values()))}" in said, said


async def _run(document: Path, url: str) -> tuple[int, str]:
    # It keeps what it learns in the folder where it runs.
    for name in ("schemathesis.toml", "refusals.py"):
        shutil.copy(HERE / name, document.parent)
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", document, "--url", url,
        "--max-examples", EXAMPLES, "--workers", 1, "--no-color", "--seed", 1, "--generation-database", "none",
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *map(str, command), cwd=document.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), LIMIT_S)
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode or 0, output.decode()
