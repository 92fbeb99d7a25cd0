"""The first picture of many components can be read: siblings are grouped, and only the strongest imports are drawn."""

import re
from dataclasses import replace

import pytest

from plures.advisor import CodeMap, Component, Edge, render_html
from plures.advisor.reports.html.drawing import graph
from plures.advisor.reports.html.groups import MOST_APART, grouped


def component(
    name: str, callers: tuple[str, ...] = (), callees: tuple[str, ...] = (), *, shared: bool = False
) -> Component:
    return Component(name, 2, 100, 0.5, 0.5, callers, callees, shared, 3, 1, (0,) * 12, 1, (), (), (), 0.0)


def edge(source: str, target: str, imports: int = 1, *, in_cycle: bool = False) -> Edge:
    return Edge(source, target, imports, False, in_cycle, (), 0, 0.0, 0.0, 0, 0.0, 0.0, 0.0, (0,) * 12, ())


def a_map(components: list[Component], edges: list[Edge]) -> CodeMap:
    return CodeMap(1, "big", "", None, "", 1, 1, 0, 0, (), tuple(components), tuple(edges), (), (), (), (), (), ())


PLUGINS = [f"app.plugins.p{i}" for i in range(70)]
PARTS = [f"app.part{i}" for i in range(20)]
BIG = a_map(
    [component(name) for name in (*PLUGINS, *PARTS)],
    [edge(name, "app.part0", 2, in_cycle=i == 3) for i, name in enumerate(PLUGINS)]
    + [edge(one, other) for one in PARTS for other in PARTS if one != other],
)


def test_the_deepest_siblings_of_many_components_become_one():
    shown, members = grouped(BIG)
    assert {c.name for c in shown.components} == {"app.plugins.*", *PARTS}
    assert list(members["app.plugins.*"]) == PLUGINS
    whole = next(c for c in shown.components if c.name == "app.plugins.*")
    assert (whole.files, whole.lines, whole.commits) == (140, 7000, 210)
    bound = next(e for e in shown.edges if e.source == "app.plugins.*")
    assert (bound.target, bound.imports, bound.in_cycle) == ("app.part0", 140, True)


@pytest.mark.parametrize("count", [1, MOST_APART])
def test_a_small_map_is_shown_as_it_is(count: int):
    small = a_map([component(f"app.a{i}") for i in range(count)], [edge("app.a0", "app.a1")])
    shown, members = grouped(small)
    assert (shown, members) == (small, {})


@pytest.mark.parametrize(
    "names", [[f"top{i}" for i in range(90)], [f"g{i}.a" for i in range(90)], [f"{i}/x" for i in range(90)]]
)
def test_components_without_siblings_stay(names: list[str]):
    shown, members = grouped(a_map([component(name) for name in names], []))
    assert ({c.name for c in shown.components}, members) == (set(names), {})


@pytest.mark.parametrize("separator", ["_", "-", "/"])
def test_distributions_that_share_the_beginning_of_their_names_are_siblings(separator: str):
    families = ("billing", "search", "mail", "auth", "ledger", "reports", "gateway", "catalogue", "support", "storage")
    names = [separator.join(("acme", family, f"part{i}")) for family in families for i in range(10)]
    shown, members = grouped(a_map([component(name) for name in names], []))
    assert len(shown.components) <= MOST_APART
    assert all(name.startswith(f"acme{separator}") and name.endswith(f"{separator}*") for name in members)
    assert sum(map(len, members.values())) + len(shown.components) - len(members) == 100


def test_families_are_joined_until_few_are_left():
    names = [f"app.{family}.x{i}" for family in "abcde" for i in range(20)]
    shown, members = grouped(a_map([component(name) for name in names], []))
    assert len(shown.components) <= MOST_APART
    assert sum(map(len, members.values())) + len(shown.components) - len(members) == 100


@pytest.mark.parametrize("count", [MOST_APART + 1, 36, 100])
def test_of_one_large_family_the_largest_stay_apart(count: int):
    family = [replace(component(f"site.app{i:02}"), lines=1000 - i) for i in range(count)]
    shown, members = grouped(a_map([component("manage"), component("site"), *family], []))
    kept = [f"site.app{i:02}" for i in range(13)]
    assert {c.name for c in shown.components} == {"manage", "site", "site.*", *kept}
    assert list(members["site.*"]) == [c.name for c in family[13:]]


def test_a_picture_of_many_draws_the_strongest_imports_and_hides_the_others_until_asked():
    kinds = re.findall(r'<path class="([^"]+)"', graph(grouped(BIG)[0]))
    strong = [kind for kind in kinds if "weak" not in kind]
    assert len(kinds) == 1 + 20 * 19
    assert len(strong) <= 3 * 21
    assert "edge cycle" in strong
    few = a_map([component("a"), component("b", shared=True)], [edge("a", "b"), edge("b", "a")])
    assert re.findall(r'<path class="([^"]+)"', graph(few)) == ["edge shared", "edge shared"]


def test_an_import_points_at_what_is_imported():
    path = re.search(
        r' d="([^"]+)"', graph(a_map([component("a", (), ("b",)), component("b", ("a",))], [edge("a", "b")]))
    )
    assert path is not None
    # Down to the component that is imported, and there both sides of the tip.
    assert re.fullmatch(r"M\d+,\d+ C\d+,\d+ \d+,\d+ \d+,\d+ m-4,-8 l4,8 l4,-8", path[1])


def test_the_page_of_many_has_the_whole_graph_on_request():
    page = render_html(BIG)
    assert page.count('class="graph"') == 2
    assert "The 90 largest components, not grouped" in page
    assert "a group of 70: app.plugins.p0, " in page
    assert render_html(replace(BIG, components=BIG.components[-5:], edges=())).count('class="graph"') == 1


@pytest.mark.parametrize("count", [0, 1, 7, 40, 100])
def test_no_two_components_of_a_picture_overlap(count: int):
    names = [f"app.some_family_{i % 4}.part_with_a_name_{i}" for i in range(count)]
    drawn = graph(a_map([component(name) for name in names], []))
    boxes = [
        tuple(map(float, box))
        for box in re.findall(r'<rect x="([-\d]+)" y="([-\d]+)" width="(\d+)" height="(\d+)"', drawn)
    ]
    assert len(boxes) == count
    assert all(x >= 0 and x + width <= 1180 for x, _, width, _ in boxes)
    for i, (x, y, width, height) in enumerate(boxes):
        assert not any(x < a + w and a < x + width and y < b + h and b < y + height for a, b, w, h in boxes[:i])
