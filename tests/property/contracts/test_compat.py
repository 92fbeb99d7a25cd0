"""The comparison of contracts against the values themselves: what old callers write is read by the new side, or a change is told.

The judge (`values`) knows nothing of rules. It reads values of the old contract with the new one, and the other way round.
"""

import os
from collections.abc import Iterator
from random import Random

import pytest

from plures.compat.changes import Side
from plures.compat.diff import compare_contracts
from plures.compat.model import Contract
from plures.compat.rules import Severity

from .evolutions import LOOSER, OTHER, STRICTER, Evolution, contract, evolve, harmless
from .values import objects, takes

# A documented claim is made on 1,000 of each kind, with seeds of one's own.
EXAMPLES = int(os.environ.get("PLURES_EXAMPLES", "200"))
SEED = int(os.environ.get("PLURES_SEED", "1"))
VALUES = 40
SIDES = {Side.REQUEST: "Request", Side.RESPONSE: "Answer"}


def breaks(old: Contract, new: Contract, side: Side) -> bool:
    """Whether the comparison says that callers fail on a side."""
    return any(
        each.severity is Severity.ERROR and each.side in (side, Side.BOTH) for each in compare_contracts(old, new)
    )


def fails(old: Contract, new: Contract, side: Side, random: Random) -> bool:
    """Whether a value was found that one side writes and the other one cannot read."""
    writer, reader = (old, new) if side is Side.REQUEST else (new, old)
    name = SIDES[side]
    written = (objects(writer.messages[name], writer, random) for _ in range(VALUES))
    return not all(takes(reader.messages[name], each, reader) for each in written)


def examples(steps: object, count: int, seed: int) -> Iterator[tuple[Evolution, Random]]:
    """Evolutions of one field of a message that callers meet directly or through others."""
    random, made = Random(seed), 0
    while made < count:
        old = contract(random)
        found = evolve(old, random.choice(list(old.messages)), steps, random)  # type: ignore[arg-type]
        if found is not None:
            made += 1
            yield found, random


@pytest.fixture
def seed() -> int:
    return SEED


@pytest.mark.parametrize(
    ("side", "steps"), [(Side.REQUEST, LOOSER), (Side.RESPONSE, STRICTER)], ids=["request", "answer"]
)
def test_what_harms_no_caller_is_no_false_alarm(side: Side, steps: object, seed: int) -> None:
    for found, random in examples(steps, EXAMPLES, seed):
        said = [each for each in compare_contracts(found.old, found.new) if each.side is side]
        assert not breaks(found.old, found.new, side), (seed, found.kind, said)
        # The judge must agree that it is harmless, or the example is wrong.
        assert not fails(found.old, found.new, side, random), (seed, found.kind)


@pytest.mark.parametrize(
    ("side", "steps"), [(Side.REQUEST, STRICTER | OTHER), (Side.RESPONSE, LOOSER | OTHER)], ids=["request", "answer"]
)
def test_what_fails_a_caller_is_no_miss(side: Side, steps: object, seed: int) -> None:
    proven = 0
    for found, random in examples(steps, 2 * EXAMPLES, seed):
        if fails(found.old, found.new, side, random):
            proven += 1
            assert breaks(found.old, found.new, side), (seed, found.kind, found.record)
    # Not every change can be met from the operation. Of those that can, most are proven by some value.
    assert proven > EXAMPLES / 2


def test_changes_that_no_caller_can_tell_are_no_harm_on_either_side(seed: int) -> None:
    random = Random(seed)
    for _ in range(EXAMPLES):
        old = contract(random)
        new = harmless(old, random)
        assert not breaks(old, new, Side.REQUEST), seed
        assert not breaks(old, new, Side.RESPONSE), seed
        assert not fails(old, new, Side.REQUEST, random), seed
        assert not fails(old, new, Side.RESPONSE, random), seed


def test_a_contract_is_the_same_as_itself(seed: int) -> None:
    random = Random(seed)
    for _ in range(EXAMPLES):
        made = contract(random)
        assert compare_contracts(made, made) == (), seed
