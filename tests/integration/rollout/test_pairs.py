"""What a check allows works over the wire between two versions, and what it refuses does not: each change in both directions."""

from pathlib import Path

import msgspec
import pytest

from .pair import NEWER, Side, answers, conflicts

QUERY = "@query(deadline_s=30)"
A = "class A(Message):\n    a: int\n"
AB = A + "    b: int{}\n"


class Case(msgspec.Struct, frozen=True):
    """A change.

    Attributes:
        old_to_new: What the old caller is meant to get of the new callee.
        new_to_old: The reverse.
    """

    name: str
    old: Side
    new: Side
    old_to_new: str
    new_to_old: str


def find(
    parameters: str, answer: str, body: str, *, call: str = "", probe: str = "", messages: str = "", kind: str = QUERY
) -> Side:
    head = f"async def find(self{parameters and ', ' + parameters}) -> {answer}:"
    probe = probe or f"return await stock.find({call})"
    return Side(f"{kind}\n{head} ...", f"{head}\n    {body}", probe, messages)


PLAIN = find("", "str", "return 'x'")
BOTH = Side(
    f"{QUERY}\nasync def find(self) -> str: ...\n{QUERY}\nasync def count(self) -> int: ...",
    "async def find(self) -> str:\n    return 'x'\nasync def count(self) -> int:\n    return 7",
    "return await stock.find() + str(await stock.count())",
)
COLOUR = "class Colour(Enum):\n    RED = 'r'\n"
SHAPES = "class A(Message):\n    a: int\nclass B(Message):\n    b: int\nclass C(Message):\n    c: int\n"
BAD = 'class Bad(ContractError, status="{}"):\n    "Bad."\n'
CATCH = "try:\n    return await stock.find()\nexcept Bad:\n    return 'bad'"
FAILS = "@query(deadline_s=30, errors=[Bad])"
STREAM = Side(
    f"{QUERY}\ndef find(self) -> AsyncIterator[str]: ...",
    "async def find(self) -> AsyncIterator[str]:\n    yield 'x'",
    "return ''.join([each async for each in stock.find()])",
)

CASES = [
    Case("nothing changes", PLAIN, PLAIN, "x", "x"),
    Case("an operation is added", PLAIN, BOTH, "x", "x7"),
    Case("an operation is gone", BOTH, PLAIN, "x7", "x"),
    Case("the service is renamed", PLAIN, msgspec.structs.replace(PLAIN, name="Store"), "x", "x"),
    Case("an answer becomes a stream", PLAIN, STREAM, "x", "x"),
    Case("an optional parameter is added",
         find("n: int", "str", "return f'{n}'", call="1"),
         find("n: int, more: int = 5", "str", "return f'{n}{more}'", call="1, 2"), "15", "1"),
    Case("a required parameter is added",
         find("n: int", "str", "return f'{n}'", call="1"),
         find("n: int, more: int", "str", "return f'{n}{more}'", call="1, 2"), "15", "1"),
    Case("a parameter is gone",
         find("n: int, more: int", "str", "return f'{n}{more}'", call="1, 2"),
         find("n: int", "str", "return f'{n}'", call="1"), "1", "15"),
    Case("a default changes",
         find("n: int = 1", "str", "return f'{n}'"), find("n: int = 2", "str", "return f'{n}'"), "1", "2"),
    Case("a field is added to answers",
         find("", "A", "return A(1)", probe="return (await stock.find()).a", messages=A),
         find("", "A", "return A(1, 2)", probe="return (await stock.find()).b", messages=AB.format(" = 0")), "1", "0"),
    Case("a required field is added to answers",
         find("", "A", "return A(1)", probe="return (await stock.find()).a", messages=A),
         find("", "A", "return A(1, 2)", probe="return (await stock.find()).b", messages=AB.format("")), "1", "2"),
    Case("a field of answers is gone",
         find("", "A", "return A(1, 2)", probe="return (await stock.find()).b", messages=AB.format("")),
         find("", "A", "return A(1)", probe="return (await stock.find()).a", messages=A), "2", "1"),
    Case("a field of answers may be null",
         find("", "A", "return A(1)", probe="return (await stock.find()).a", messages=A),
         find("", "A", "return A(None)", probe="return (await stock.find()).a", messages="class A(Message):\n    a: int | None\n"),
         "None", "1"),
    Case("a text becomes a number", find("", "str", "return 'two'"), find("", "int", "return 2"), "2", "two"),
    Case("a number becomes one with a fraction",
         find("n: int", "int", "return n", call="2"), find("n: float", "float", "return n + 0.5", call="2.5"), "2.5", "2.5"),
    Case("an enum gets a member, in answers",
         find("", "Colour", "return Colour.RED", probe="return (await stock.find()).name", messages=COLOUR),
         find("", "Colour", "return Colour.BLUE", probe="return (await stock.find()).name", messages=COLOUR + "    BLUE = 'b'\n"),
         "BLUE", "RED"),
    Case("a choice gets another text", find("", 'Literal["a"]', "return 'a'"), find("", 'Literal["a", "b"]', "return 'b'"), "b", "a"),
    Case("a union gets a member",
         find("", "A | B", "return A(1)", messages=SHAPES), find("", "A | B | C", "return C(1)", messages=SHAPES), "C(c=1)", "A(a=1)"),
    Case("a bound of requests is tighter",
         find("n: Annotated[int, Meta(le=9)]", "int", "return n", call="9"),
         find("n: Annotated[int, Meta(le=5)]", "int", "return n", call="5"), "9", "5"),
    Case("a bound of answers is looser",
         find("", "Annotated[int, Meta(le=5)]", "return 5"), find("", "Annotated[int, Meta(le=9)]", "return 9"), "9", "5"),
    Case("requests may be smaller only",
         find("t: str", "int", "return len(t)", call="'a' * 5000"),
         find("t: str", "int", "return len(t)", call="'a' * 900", kind="@query(deadline_s=30, max_request_bytes=1000)"), "5000", "900"),
    Case("an error has another status",
         find("", "str", "raise Bad", probe=CATCH, messages=BAD.format("not_found"), kind=FAILS),
         find("", "str", "raise Bad", probe=CATCH, messages=BAD.format("failed_precondition"), kind=FAILS), "bad", "bad"),
    Case("the deadline is longer", PLAIN, find("", "str", "return 'x'", kind="@query(deadline_s=40)"), "x", "x"),
    Case("it is deprecated in the code alone", PLAIN, find("", "str", "return 'x'  # changed"), "x", "x"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_what_is_allowed_works_and_what_is_refused_does_not(case: Case, tmp_path: Path) -> None:
    sides = {"old": case.old.assembly("pair_old"), "new": case.new.assembly("pair_new")}
    found = conflicts(sides["old"], sides["new"])
    got = await answers(sides, tmp_path)
    wanted = {("old", "new"): case.old_to_new, ("new", "old"): case.new_to_old}
    refused = {pair: [each.code for each in found if each.newer is newer] for pair, newer in NEWER.items()}
    works = {pair: got[pair] == wanted[pair] for pair in NEWER}
    assert works == {pair: not codes for pair, codes in refused.items()}, (got, refused)


async def test_one_that_repeats_what_does_not_bear_it_is_refused() -> None:
    """Both talk as long as nothing fails. After a failure the old caller sends it again, and the new callee does it twice."""
    old, new = (
        find("", "str", "return 'x'", kind=kind).assembly("pair") for kind in (QUERY, "@command(deadline_s=30)")
    )
    assert [(each.newer, each.code) for each in conflicts(old, new)] == [
        (NEWER["old", "new"], "compat.no_longer_repeatable")
    ]
