"""Unions whose members hold the union itself: they are compared, and that ends."""

from pathlib import Path
from typing import Any

import pytest

from .documents import answer, api, body, report

NODE = {"$ref": "#/components/schemas/Node"}


def node(*names: str, word: str = "oneOf") -> dict[str, Any]:
    """Objects with a field of their own kind each."""
    members = [{"type": "object", "properties": {"id": {"type": "string"}, name: NODE}} for name in names]
    inline = {"type": "array", "items": {word: members}}
    return {"schemas": {"Node": {word: [*members, inline]}}}


@pytest.mark.parametrize("made", [body, answer])
@pytest.mark.parametrize(("before", "after"), [("oneOf", "oneOf"), ("anyOf", "oneOf"), ("oneOf", "anyOf")])
def test_a_union_within_itself(tmp_path: Path, made: Any, before: str, after: str) -> None:
    old = api(made(NODE), components=node("left", "right", word=before))
    new = api(made(NODE), components=node("left", "right", "other", word=after))
    found = report(tmp_path, old, new)
    assert [change for each in found.contracts for change in each.changes]
