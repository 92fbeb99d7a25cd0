"""What becomes of units when a capability is dead."""

import pytest

from plures.isolation import Death, Fate, Unit, UnitKind, each_alone, isolate
from plures.isolation.reading import How, Need

HOWS = {"!": How.NEEDED, "?": How.OPTIONAL, "~": How.CAUGHT}


def unit(text: str) -> Unit:
    """`a.x>b.y! c.z?`: the operation a.x needs b.y and can do without c.z; `~` catches; `GET>` is a route, `a.@x>` a handler."""
    name, _, needs = text.partition(">")
    owner = name.partition(".")[0] if "." in name else ""
    kind = UnitKind.HANDLER if "@" in name else UnitKind.OPERATION if owner else UnitKind.ROUTE
    return Unit(name, owner, kind, frozenset(Need(*each[:-1].split("."), HOWS[each[-1]]) for each in needs.split()))


def fates(text: str, dead: str = "d") -> str:
    (isolation,) = isolate([unit(each) for each in text.split(";")], each_alone([dead]))
    return " ".join(f"{unit.name}:{fate.word}" for unit, fate in isolation.fates.items())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.x>b.y!;b.y>", "a.x:works b.y:works"),
        ("a.x>d.y!;d.y>", "a.x:fails"),
        ("a.x>d.y?;d.y>", "a.x:degrades"),
        ("a.x>d.y~;d.y>", "a.x:handled"),
        # Through others: a failure passes, a degraded answer is still an answer, what is optional above ends it.
        ("G>a.x!;a.x>b.y!;b.y>d.z!;d.z>", "G:fails a.x:fails b.y:fails"),
        ("G>a.x!;a.x>d.y?;d.y>", "G:degrades a.x:degrades"),
        ("G>a.x?;a.x>b.y!;b.y>d.z!;d.z>", "G:degrades a.x:fails b.y:fails"),
        ("G>a.x!;a.x>d.y~;d.y>", "G:handled a.x:handled"),
        ("G>a.x?;a.x>d.y~;d.y>", "G:degrades a.x:handled"),
        ("G>a.x~;a.x>d.y?;d.y>", "G:degrades a.x:degrades"),
        # The worst counts.
        ("G>d.x? a.y!;a.y>d.x!;d.x>", "G:fails a.y:fails"),
        ("G>d.x? a.y~;a.y>d.x!;d.x>", "G:handled a.y:fails"),
        # Circles end.
        ("a.x>b.y!;b.y>a.x! d.z!;d.z>", "a.x:fails b.y:fails"),
        ("a.x>b.y?;b.y>a.x! d.z!;d.z>", "a.x:degrades b.y:fails"),
        ("a.x>a.x!", "a.x:works"),
        # Other operations of the same capability are of no concern.
        ("a.x>d.y!;a.z>;d.y>", "a.x:fails a.z:works"),
    ],
)
def test_what_becomes_of_what_is_left(text: str, expected: str) -> None:
    assert fates(text) == expected


def test_handlers_are_delayed_and_no_one_waits_for_them() -> None:
    units = [unit(each) for each in ("a.@x>d.y!", "d.@z>", "b.@w>d.y?", "d.y>", "b.v>")]
    (isolation,) = isolate(units, each_alone("d"))
    assert [each.name for each in isolation.delayed] == ["a.@x", "d.@z"]
    assert [each.name for each in isolation.fates] == ["b.v"]


def test_a_process_dies_with_all_that_is_in_it() -> None:
    units = [unit(each) for each in ("GET>c.x! d.y?", "c.x>", "d.y>", "a.z>c.x?")]
    with_edge = Death("shop", frozenset("cd"), takes_edge=True)
    alone, all_of_it = isolate(units, [Death("two", frozenset("cd")), with_edge])
    assert {unit.name: fate for unit, fate in alone.fates.items()} == {"GET": Fate.FAILS, "a.z": Fate.DEGRADES}
    assert {unit.name: fate for unit, fate in all_of_it.fates.items()} == {"a.z": Fate.DEGRADES}
