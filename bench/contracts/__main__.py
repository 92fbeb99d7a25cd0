"""`python -m bench.contracts [CONTRACTS]`: how long `plures contract` takes, each command as a whole process, the median of five.

It makes an application of 100 contracts (or as many as are asked for) with eight operations each, and two OpenAPI documents of 10 MB
that differ in one type; the exports are those of the marketplace.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Final

import yaml  # type: ignore[import-untyped]  # it comes without types

ROOT: Final = Path(__file__).parent.parent.parent
_RUNS: Final = 5
_SCHEMAS: Final = 4_900
_EXPORTS: Final = ("proto", "openapi", "asyncapi", "jsonschema", "typescript")
_FAILED: Final = 1
_OPERATIONS: Final = "abcdefgh"

_CONTRACT: Final = '''\
"""One of many."""

from datetime import datetime
from typing import Protocol

from plures import ContractError, Message, command, contract, query


class Item(Message):
    name: str
    pieces: int
    weight: float
    is_new: bool
    at: datetime
    tags: tuple[str, ...] = ()
    note: str | None = None
    number: int = 0


class Missing(ContractError):
    """It is not there."""

    thing: str


@contract("many.part{number}.v1", owner="many")
class Part{number}(Protocol):
    """A part."""

{operations}

class Part{number}Service(Part{number}):
{methods}
'''
_SIGNATURE: Final = (
    "    async def do_{letter}(self, item: Item, others: tuple[Item, ...], name: str = '') -> tuple[Item, ...]:"
)


def write_application(folder: Path, contracts: int) -> None:
    """An application of that many contracts."""
    package = folder / "many"
    package.mkdir()
    imports, capabilities = ["from plures import Application, Capability"], list[str]()
    for number in range(contracts):
        operations, methods = list[str](), list[str]()
        for place, letter in enumerate(_OPERATIONS):
            kind = "query" if place % 2 else "command"
            signature = _SIGNATURE.format(letter=letter)
            operations.append(f"    @{kind}(errors=[Missing])\n{signature} ...\n")
            methods.append(f"{signature}\n        return others\n")
        text = _CONTRACT.format(number=number, operations="".join(operations), methods="\n".join(methods))
        (package / f"part{number}.py").write_text(text, encoding="utf-8")
        imports.append(f"from .part{number} import Part{number}, Part{number}Service")
        capabilities.append(f"Capability(Part{number}, Part{number}Service)")
    body = [*imports, f"app = Application('many', [{', '.join(capabilities)}])", ""]
    (package / "app.py").write_text("\n".join(body), encoding="utf-8")
    (folder / "plures.toml").write_text('[application]\nimport = "many.app:app"\n', encoding="utf-8")


def write_documents(folder: Path) -> None:
    """Two large documents, in which one field of one schema has another type."""
    document = _document()
    for name in ("old", "new"):
        text = yaml.dump(document, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
        document["components"]["schemas"][f"Thing{_SCHEMAS // 2}"]["properties"]["field3"] = {"type": "number"}


def _document() -> dict[str, Any]:
    schemas, paths = dict[str, Any](), dict[str, Any]()
    for number in range(_SCHEMAS):
        itself = {"$ref": f"#/components/schemas/Thing{number}"}
        fields: dict[str, Any] = {
            f"field{place}": {"type": ("string", "integer", "boolean")[place % 3], "description": "What the field is about."}
            for place in range(12)
        }  # fmt: skip
        fields["next"] = {"$ref": f"#/components/schemas/Thing{(number * 7 + 1) % _SCHEMAS}"}
        fields["more"] = {
            "type": "array",
            "items": {"$ref": f"#/components/schemas/Thing{(number * 13 + 5) % _SCHEMAS}"},
        }
        schemas[f"Thing{number}"] = {"type": "object", "properties": fields}
        content = {"content": {"application/json": {"schema": itself}}}
        fine = {"200": {"description": "Fine"}}
        paths[f"/things{number}"] = {
            "get": {"responses": {"200": {"description": "It"} | content}},
            "post": {"requestBody": content, "responses": fine},
        }
    info = {"title": "Large", "version": "1.0.0"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def measure(folder: Path, *arguments: str, ends: int = 0) -> str:
    """How long a command takes: wall clock and processor."""
    walls, processors = list[float](), list[float]()
    for _ in range(_RUNS):
        began, used = time.perf_counter(), _children_s()
        command = [sys.executable, "-m", "plures", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True)
        walls.append(time.perf_counter() - began)
        processors.append(_children_s() - used)
        if done.returncode != ends:
            raise SystemExit(f"plures {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return f"{median(walls):6.2f} s, {median(processors):6.2f} s of processor time"


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(contracts: int) -> None:
    """Measure all and print it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_application(folder, contracts)
        write_documents(folder)
        locks = folder / "contracts"
        print(f"plures --version                   {measure(folder, '--version')}")
        print(f"lock {contracts} contracts                 {measure(folder, 'contract', 'lock')}")
        print(f"check {contracts} contracts                {measure(folder, 'contract', 'check')}")
        size = (folder / "old.yaml").stat().st_size / 1e6
        for form in ("json", "yaml"):
            took = measure(folder, "contract", "check", f"old.{form}", f"new.{form}", ends=_FAILED)
            print(f"check two documents of {size:.0f} MB, {form}  {took}")
        if len(list(locks.glob("*.toml"))) != contracts:
            raise SystemExit("not every contract was locked")
        for form in _EXPORTS:
            took = measure(ROOT, "contract", "export", form, "--to", str(folder / form))
            print(f"export the marketplace, {form:10}  {took}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100)
