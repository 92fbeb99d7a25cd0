"""Small OpenAPI documents for the tests of this folder."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from plures.compat import Report, check_documents

TODAY = date(2031, 6, 1)
Table = dict[str, Any]


def api(
    operation: Table | None = None,
    *,
    path: str = "/pets/{id}",
    method: str = "post",
    components: Table | None = None,
    version: str = "3.1.0",
    **root: Any,
) -> Table:
    """A document with one operation."""
    own = {"responses": {"200": {"description": "Fine"}}} | (operation or {})
    return {
        "openapi": version,
        "info": {"title": "Pets", "version": "1.0.0"},
        "paths": {path: {method: own}},
        "components": components or {},
    } | root


def body(schema: Any, **more: Any) -> Table:
    """An operation that takes a body of a schema."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}} | more


def answer(schema: Any, status: str = "200") -> Table:
    """An operation that answers with a schema."""
    return {"responses": {status: {"description": "It", "content": {"application/json": {"schema": schema}}}}}


def takes(*parameters: Table) -> Table:
    """An operation with parameters."""
    return {"parameters": [{"schema": {"type": "string"}} | each for each in parameters]}


def report(folder: Path, old: Any, new: Any) -> Report:
    """What a check of two documents says; texts are files as they are."""
    paths = folder / "old.json", folder / "new.json"
    for path, document in zip(paths, (old, new), strict=True):
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return check_documents(*paths, today=TODAY)


def rules_of(found: Report) -> list[str]:
    """The rules of all changes, in words for a failed test."""
    return [f"{c.severity.name} {c.rule.code} {c.what}" for each in found.contracts for c in each.changes]
