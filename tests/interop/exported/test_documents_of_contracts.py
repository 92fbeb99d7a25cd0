"""Exports as tools of others read them: TypeScript by its compiler and by Node, AsyncAPI by its official schema."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from plures import Application, Capability
from plures.application import assemble, load
from plures.compat import Contract, described
from plures.contract import read_contract
from plures.exports import export
from plures.host import Host, Placement
from plures.http import HttpServerProtocol
from tests.every_type import Everything, EverythingService
from tests.interop.connect_node import NODE, NodePeer
from tests.interop.serving import served

pytestmark = pytest.mark.node
ROOT = Path(__file__).parents[3]
LIMIT_S = 120


@pytest.fixture(scope="module")
def contracts() -> list[Contract]:
    assembly = assemble(load("marketplace.app:app", ROOT))
    read = [*(each.contract for each in assembly.capabilities.values()), read_contract(Everything)[0]]
    return [described(each) for each in read]


@pytest.fixture(scope="module")
def modules(node: NodePeer, contracts: list[Contract]) -> Iterator[Path]:
    """The folder with the modules of all contracts, and the caller beside them."""
    folder = node.folder / "exported"
    for each in contracts:
        exported = export(each, "typescript")
        assert exported is not None
        path = folder / exported.path
        path.parent.mkdir(parents=True)
        path.write_text(exported.text)
    shutil.copy(node.folder / "caller.ts", folder)
    yield folder
    shutil.rmtree(folder)


def _compiled(node: NodePeer) -> str:
    compiler = node.folder / "node_modules" / "typescript" / "bin" / "tsc"
    done = subprocess.run(
        [NODE, compiler, "-p", "tsconfig.json"],
        cwd=node.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert (done.returncode == 0) is (not done.stdout), done.stderr
    return done.stdout


async def test_modules_compile_strictly_and_call_what_is_served(node: NodePeer, modules: Path, tmp_path: Path) -> None:
    assert _compiled(node) == ""
    host = Host(
        assemble(Application("tests", [Capability(Everything, EverythingService)])),
        Placement(frozenset({"everything"}), edge=False, data=tmp_path),
    )
    await host.start()
    try:
        async with served(host.control, HttpServerProtocol) as url:
            said = await _run(node.folder / "built" / "caller.js", url)
    finally:
        await host.stop()
    assert said["side"] == "9007199254740993"
    assert said["held"]["point"] == [0.5, "Infinity"]
    assert said["held"]["counts"] == {}
    assert said["held"]["tree"]["beside"] == {"name": "leaf", "leaves": []}
    assert said["optional"] == {
        "mustBeSaid": None, "colour": "RED", "greeting": "hi", "sort": "OLDEST", "way": "down", "ratio": 0.5,
    }  # fmt: skip
    assert said["refusal"] == "out_of_range 11"
    assert (said["items"], said["end"]) == (100, "out_of_range")


async def _run(script: Path, *arguments: str) -> Any:
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(script), *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    output, complaint = await asyncio.wait_for(process.communicate(), LIMIT_S)
    assert process.returncode == 0, complaint.decode()
    return json.loads(output)


MISTAKES = {
    "text": ('"14:30:00"', "14"),
    "union": ('{ circle: { radius: "NaN" } }', "{ circle: { radius: 1 }, square: { sideMm: 1 } }"),
    "choice": ('choices: ["b"]', 'choices: ["c"]'),
    "required": ('call("Refuse", { count: 11, ', 'call("Refuse", { '),
    "stream": ('call("Refuse"', 'call("Many"'),
    "error": ("fields.count", "fields.reason"),
}


def test_what_no_service_would_take_or_answer_does_not_compile(node: NodePeer, modules: Path) -> None:
    right = (modules / "caller.ts").read_text()
    for name, (before, after) in MISTAKES.items():
        assert before in right
        (modules / f"wrong_{name}.ts").write_text(right.replace(before, after))
    said = _compiled(node)
    for name in MISTAKES:
        assert f"exported/wrong_{name}.ts" in said, name
        (modules / f"wrong_{name}.ts").unlink()


def test_events_are_valid_by_the_official_schema(node: NodePeer, contracts: list[Contract]) -> None:
    official = node.folder / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
    validator = jsonschema_rs.Draft7Validator(json.loads(official.read_text()))
    found = [exported for each in contracts if (exported := export(each, "asyncapi")) is not None]
    assert [each.path.rpartition("/")[2] for each in found] == ["checkout.asyncapi.json", "everything.asyncapi.json"]
    for each in found:
        document = json.loads(each.text)
        validator.validate(document)
        for message in document["components"]["messages"].values():
            schema = {**message["payload"], "components": document["components"]}
            jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(
                message["examples"][0]["payload"]
            )
    with pytest.raises(jsonschema_rs.ValidationError):
        validator.validate({**json.loads(found[0].text), "channels": []})
