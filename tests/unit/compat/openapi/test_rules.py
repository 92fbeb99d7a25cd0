"""Each rule that OpenAPI documents alone need: what it says of the request and of the answer; and that no rule is without a test."""

from pathlib import Path
from typing import Any

import pytest

from plures.compat import RULES
from plures.compat.rules import ERROR, OK, WARN, Severity

from .documents import answer, api, body, report, takes

ANY: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
CLOSED = ANY | {"additionalProperties": False}
FEWER = CLOSED | {"properties": {"a": {"type": "string"}}}
DEFAULT = {"type": "object", "properties": {"a": {"type": "string", "default": "x"}}}
BOTH = ANY | {"required": ["a", "b"]}
NONE = {"type": "object", "properties": {"a": {"type": "string"}}}

SCHEMAS = [
    ("field_refused", CLOSED, FEWER, (ERROR, OK)),
    ("others_refused", ANY, CLOSED, (ERROR, OK)),
    ("others_taken", CLOSED, ANY, (OK, WARN)),
    ("default_declared", NONE, DEFAULT, (WARN, OK)),
    ("variants_overlap", BOTH, {"oneOf": [ANY | {"required": [each]} for each in "ab"]}, (ERROR, OK)),
]
KEYS = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}
LOCKED = {"security": [{"key": []}]}
FINE = {"description": "Fine"}


def media(*types: str) -> dict[str, Any]:
    content = {each: {"schema": {"type": "string"}} for each in types}
    return {"responses": {"200": FINE | {"content": content}}}


def listed(**more: Any) -> dict[str, Any]:
    return takes({"name": "q", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}} | more)


OPERATIONS = [
    ("media_type_removed", media("application/json", "text/plain"), media("application/json"), ERROR),
    ("media_type_added", media("application/json"), media("application/json", "text/plain"), OK),
    ("success_removed", {"responses": {"200": FINE, "202": FINE}}, {"responses": {"200": FINE}}, ERROR),
    ("success_added", {"responses": {"200": FINE}}, {"responses": {"200": FINE, "202": FINE}}, WARN),
    ("style_changed", listed(explode=True), listed(explode=False), ERROR),
    ("security_added", {}, LOCKED, ERROR),
    ("security_relaxed", LOCKED, {"security": [{"key": []}, {}]}, OK),
    ("operation_deprecated", {}, {"deprecated": True}, OK),
]


def said(folder: Path, old: Any, new: Any) -> dict[str, Severity]:
    """Rule → the worst that it says."""
    found: dict[str, Severity] = {}
    for each in report(folder, old, new).contracts:
        for change in each.changes:
            code = change.rule.code.removeprefix("compat.")
            found[code] = max(change.severity, found.get(code, OK))
    return found


@pytest.mark.parametrize(("rule", "before", "after", "sides"), SCHEMAS)
def test_schemas(rule: str, before: Any, after: Any, sides: tuple[Severity, Severity], tmp_path: Path) -> None:
    assert said(tmp_path, api(body(before)), api(body(after)))[rule] is sides[0]
    # A default in an answer says nothing that a caller could rely on, so it need not be a change there.
    assert said(tmp_path, api(answer(before)), api(answer(after))).get(rule, OK) is sides[1]
    assert rule not in said(tmp_path, api(body(before)), api(body(before)))
    assert said(tmp_path, api(answer(after)), api(answer(after))) == {}


@pytest.mark.parametrize(("rule", "before", "after", "severity"), OPERATIONS)
def test_operations(rule: str, before: Any, after: Any, severity: Severity, tmp_path: Path) -> None:
    old, new = api(before, components=KEYS), api(after, components=KEYS)
    assert said(tmp_path, old, new) == {rule: severity}
    assert said(tmp_path, new, new) == {}


def test_servers(tmp_path: Path) -> None:
    old, new = api(servers=[{"url": "/v1"}, {"url": "/v2"}]), api(servers=[{"url": "/v2"}])
    assert said(tmp_path, old, new) == {"server_removed": WARN}
    assert said(tmp_path, new, new) == {}


def test_every_rule_is_named_by_a_test() -> None:
    texts = "\n".join(path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py"))
    assert [
        each.code for each in RULES if f'"{each.code.removeprefix("compat.")}"' not in texts and each.code not in texts
    ] == []
