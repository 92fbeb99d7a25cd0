"""Every text of a map and of advice is hostile here, and none of it becomes markup."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from html.parser import HTMLParser
from itertools import count
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import pytest
from markupsafe import Markup

from plures.advisor import Advice, CodeMap, Verdict, render_html
from plures.advisor.model import Reference
from plures.advisor.reports.html.elements import references, table

EVIL = "<script>\"'&</td></style></title>-->{}&lt;"
T = TypeVar("T")
numbers = count()


def hostile(kind: Any) -> Any:
    """A value of any type of the map or of advice, in which every text is hostile and no two are the same."""
    if kind is str:
        return f"{next(numbers)}{EVIL}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if kind in {int, float, bool}:
        return kind(1)
    if get_origin(kind) in {tuple, Mapping}:
        of, *values = get_args(kind)
        is_mapping = get_origin(kind) is Mapping
        return {hostile(of): hostile(values[0]) for _ in range(2)} if is_mapping else (hostile(of), hostile(of))
    if get_origin(kind) is UnionType:
        return hostile(next(one for one in get_args(kind) if one is not NoneType))
    assert is_dataclass(kind), kind
    hints = get_type_hints(kind)
    return kind(**{field.name: hostile(hints[field.name]) for field in fields(kind)})


def hostile_map() -> CodeMap:
    drawn: CodeMap = hostile(CodeMap)
    left, right = (component.name for component in drawn.components)
    edges = [replace(drawn.edges[0], source=left, target=right), replace(drawn.edges[1], source=right, target=left)]
    events = tuple(replace(event, publisher=left, subscriber=right) for event in drawn.events)
    return replace(drawn, edges=tuple(edges), events=events)


def hostile_advice() -> Advice:
    advice: Advice = hostile(Advice)
    finding = advice.findings[0]
    merge = replace(finding, verdict=Verdict.MERGE, split=None)
    calm = replace(finding, verdict=Verdict.LEAVE_ALONE, subject=finding.subject[:1])
    return replace(advice, findings=(*advice.findings, merge, calm))


class Page(HTMLParser):
    """What a browser would find: tags, attributes and texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.comments: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in {"meta", "input"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


OUR_TAGS = (
    "html head meta title style body a header h1 p code dl div dt dd nav main section h2 h3 details summary span small strong ul li "
    "svg path g rect text table caption thead tbody tr th td meter footer script label input"
)
OUR_ATTRIBUTES = (
    "lang charset name content http-equiv class href id aria-label aria-labelledby viewbox role data-a data-b data-name d stroke-width "
    "type data-shows aria-live tabindex x y width height rx scope style title min max value open"
)


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(render_html(hostile_map(), hostile_advice()))


def test_no_text_becomes_a_tag_an_attribute_or_a_comment(page: Page) -> None:
    assert set(page.tags) <= set(OUR_TAGS.split())
    assert (page.tags.count("script"), page.tags.count("style"), page.tags.count("title")) == (1, 1, 1 + 2 + 1 + 2)
    assert {name for name, _ in page.attributes} <= set(OUR_ATTRIBUTES.split())
    assert page.comments == []
    assert page.open == []


def test_texts_arrive_as_they_are_in_the_page_the_drawing_and_the_attributes(page: Page) -> None:
    shown = "".join(page.texts)
    drawn, attributes = hostile_map(), dict.fromkeys(value for _, value in page.attributes)
    assert EVIL in shown
    assert shown.count(EVIL) > 100
    assert "&lt;script" not in shown
    names = [value for name, value in page.attributes if name in {"data-a", "data-b", "data-name"}]
    assert len(names) == 2 * (len(drawn.edges) + 1) + len(drawn.components)
    assert all(name.endswith(EVIL) for name in names)
    assert any(value.endswith(f"{EVIL}: commits per quarter [1, 1]") for value in attributes)


def test_every_text_of_a_map_that_is_shown_is_shown_whole() -> None:
    drawn = hostile_map()
    page = Page(render_html(drawn))
    shown = "".join(page.texts)
    some = [
        drawn.name,
        drawn.date,
        *drawn.notes,
        *(component.name for component in drawn.components),
        *(share.team for share in drawn.components[0].teams),
        *drawn.components[0].owners,
        *drawn.edges[0].shared_tables,
        *(link.text for link in drawn.edges[0].links),
        *(wait.on for wait in drawn.waits),
        *(table.name for table in drawn.tables),
        *(spot.path for spot in drawn.hot_spots),
        *(problem.reason for problem in drawn.problems),
        drawn.quarters[0],
    ]
    assert [text for text in some if text not in shown] == []


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil", " https://x", 'HTTPS:"', ""])
def test_only_a_web_address_becomes_a_link(url: str) -> None:
    assert Page(references([Reference("here", url)])).tags == ["code"]


def test_a_web_address_cannot_leave_its_attribute() -> None:
    page = Page(references([Reference("here", 'https://x/"onclick="alert(1)')]))
    assert page.attributes == [("href", 'https://x/"onclick="alert(1)')]


@pytest.mark.parametrize(
    ("cell", "shown"), [("<b>", "&lt;b&gt;"), (Markup("<b>x</b>"), "<b>x</b>"), (12, "12"), ("", "")]
)
def test_a_cell_is_text_unless_its_type_says_that_it_is_html(cell: str | int, shown: str) -> None:
    columns: tuple[tuple[str, Callable[[int], str | int]], ...] = (("head", str), ("other", lambda _: cell))
    number = ' class="n"' if cell == 12 else ""
    assert table("caption", columns, [1]).endswith(f"<td{number}>{shown}</td></tr></tbody></table></div>")


def test_a_table_without_rows_is_left_out() -> None:
    assert not table("caption", (("head", str),), [])
