"""`buf breaking` (category PACKAGE) and `plures contract check` on the same changes: where both have a rule, both find it or neither does.

Pairs of contracts are drawn, numbered as `plures contract lock` does it, and exported; buf compares all of them at once. A change that leaves
the file as it was, but for comments, is none to buf: bounds, choices, what is text in protobuf. docs/adr/0041-exports.md has the table.

`PLURES_EXAMPLES=3000 python -m pytest tests/interop/exported/test_buf_breaking.py` compares three thousand.
"""

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest

from plures.compat import Contract, Named, compare_contracts, numbered, parts_of
from plures.compat.model import Type
from plures.exports import export
from tests.interop.connect_node import NODE, NodePeer
from tests.property.contracts.evolutions import LOOSER, OTHER, STRICTER, contract, evolve, harmless
from tests.property.contracts.further import FURTHER

pytestmark = pytest.mark.node
EXAMPLES = int(os.environ.get("PLURES_EXAMPLES", "120"))
SEED = int(os.environ.get("PLURES_SEED", "1"))
LIMIT_S = 600
BOTH: Mapping[str, tuple[set[str], set[str]]] = {
    "a field or a kind of a union is gone": (
        {"FIELD_NO_DELETE"},
        {"field_removed", "optional_field_removed", "variant_removed"},
    ),
    "an operation is gone": ({"RPC_NO_DELETE"}, {"operation_removed"}),
    "an answer streams, or does not any more": ({"RPC_SAME_SERVER_STREAMING"}, {"streaming_changed"}),
    "how freely an operation may be repeated": (
        {"RPC_SAME_IDEMPOTENCY_LEVEL"},
        {"no_longer_repeatable", "repeatable"},
    ),
    "a member of an enum is gone": ({"ENUM_VALUE_NO_DELETE"}, {"enum_value_removed"}),
    "a field has another type, or another presence": (
        {"FIELD_SAME_TYPE", "FIELD_SAME_CARDINALITY"},
        {
            "type_changed", "type_widened", "type_narrowed", "moved_into_union", "became_required", "became_optional",
            "became_nullable", "no_longer_nullable",
        },
    ),
}  # fmt: skip

NAMES = {"PACKAGE_MESSAGE_NO_DELETE", "PACKAGE_ENUM_NO_DELETE"}
"""Messages and enums that nothing leads to any more. Their names are not on the wire, and our check says what became of their fields."""


@dataclass(frozen=True)
class Pair:
    """A contract before and after, both with numbers, and what was done to it."""

    what: str
    old: Contract
    new: Contract

    @property
    def codes(self) -> set[str]:
        """What our check finds."""
        return {each.rule.code.removeprefix("compat.") for each in compare_contracts(self.old, self.new)}

    @property
    def is_seen(self) -> bool:
        """Whether the files differ in more than comments."""
        return _bare(self.old) != _bare(self.new)


def _text(contract: Contract) -> str:
    exported = export(contract, "proto")
    assert exported is not None
    return exported.text


def _bare(contract: Contract) -> list[str]:
    lines = (line.strip() for line in _text(contract).splitlines())
    return [line for line in lines if line and not line.startswith("//")]


def _met(contract: Contract) -> Contract:
    """The contract without messages and enums that no operation leads to: code has none, and buf compares them."""
    seen: set[str] = set()
    pending = [each for o in contract.operations.values() for each in (o.request, o.answer)]
    pending += [each.message for each in contract.errors.values()]
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            record = contract.messages.get(name)
            pending += [each for field in record.fields.values() for each in _names(field.type)] if record else []
    messages = {name: each for name, each in contract.messages.items() if name in seen}
    return replace(contract, messages=messages, enums={n: e for n, e in contract.enums.items() if n in seen})


def _names(of: Type) -> Iterator[str]:
    if isinstance(of, Named):
        yield of.name
    for part in parts_of(of):
        yield from _names(part)


def _pairs(count: int, random: Random) -> Iterator[Pair]:
    made = 0
    while made < count:
        old = contract(random)
        kind = random.choice(["field"] * 6 + ["harmless"] + ["further"] * 3)
        if kind == "field":
            found = evolve(old, random.choice(list(old.messages)), LOOSER | STRICTER | OTHER, random)
            if found is None:
                continue
            what, new = found.kind, found.new
        elif kind == "harmless":
            what, new = kind, harmless(old, random)
        else:
            what = random.choice(list(FURTHER))
            old, new = FURTHER[what](old, random)
        name = f"shop.p{made}.v1"
        old, new = (replace(_met(each), name=name, service=f"{name}.All") for each in (old, new))
        locked = numbered(old, None)
        made += 1
        yield Pair(what, locked, numbered(new, locked))


def _buf(node: NodePeer, pairs: list[Pair], folder: Path) -> list[set[str]]:
    """The rules of buf that each pair breaks."""
    for number, pair in enumerate(pairs):
        for side, each in (("old", pair.old), ("new", pair.new)):
            path = folder / side / "shop" / f"p{number}" / "v1" / "all.proto"
            path.parent.mkdir(parents=True)
            path.write_text(_text(each))
    for side in ("old", "new"):
        (folder / side / "buf.yaml").write_text("version: v2\nbreaking: {use: [PACKAGE]}\n")
    command = [NODE, node.folder / "node_modules" / "@bufbuild" / "buf" / "bin" / "buf"]
    command += ["breaking", "new", "--against", "old", "--error-format", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    assert not done.stderr, done.stderr
    found: list[set[str]] = [set() for _ in pairs]
    for line in done.stdout.splitlines():
        told = json.loads(line)
        [number] = {
            int(a or b) for a, b in re.findall(r"shop/p(\d+)/|shop\.p(\d+)\.", f"{told.get('path')} {told['message']}")
        }
        found[number].add(told["type"])
    return found


def test_what_both_have_a_rule_for_both_find(node: NodePeer, tmp_path: Path) -> None:
    pairs = list(_pairs(EXAMPLES, Random(SEED)))
    met: Counter[str] = Counter()
    for number, (pair, theirs) in enumerate(zip(pairs, _buf(node, pairs, tmp_path), strict=True)):
        ours = pair.codes
        for what, (rules, codes) in BOTH.items():
            is_theirs, is_ours = bool(rules & theirs), bool(codes & ours)
            met[what] += is_theirs
            # What the file does not show, buf cannot see; all else is the same to both.
            assert is_theirs == (is_ours and (is_theirs or pair.is_seen)), (SEED, number, pair.what, what, ours, theirs)
        unknown = theirs - {rule for rules, _ in BOTH.values() for rule in rules} - NAMES
        assert not unknown, (SEED, number, pair.what, unknown)
    assert all(met[what] for what in BOTH), met
