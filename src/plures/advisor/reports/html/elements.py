"""The elements that several parts of the page use: tables, and references to files and commits."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from markupsafe import Markup

from plures.advisor.model import Reference

Row = TypeVar("Row")
Cell = str | int
Columns = Sequence[tuple[str, Callable[[Row], Cell]]]
"""(heading, what it shows of a row) of each column"""

# A longer table scrolls in a box of its own where the screen is small.
_SHORT = 12
NOTHING = Markup("")
_TABLE = Markup(
    '<div class="wide{long}" tabindex="0" role="region" aria-label="{caption}"><table class="{kind}"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
)
_HEADING = Markup('<th scope="col">{}</th>')
_ROW = Markup("<tr>{}</tr>")
_FIRST = Markup('<th scope="row">{}</th>')
_TEXT = Markup("<td>{}</td>")
_NUMBER = Markup('<td class="n">{}</td>')
_LINK = Markup('<a href="{}">{}</a>')
_CODE = Markup("<code>{}</code>")


def joined(parts: Iterable[Markup], between: Markup = NOTHING) -> Markup:
    """Pieces of HTML, one after the other."""
    return between.join(parts)


def table(caption: str, columns: Columns[Row], rows: Iterable[Row], *, kind: str = "") -> Markup:
    """An HTML table, or nothing when there are no rows. A cell that begins with a digit is set to the right."""
    listed = list(rows)
    body = joined(_row([show(row) for _, show in columns]) for row in listed)
    head = joined(_HEADING.format(name) for name, _ in columns)
    long = " long" if len(listed) > _SHORT else ""
    return _TABLE.format(kind=kind, caption=caption, head=head, body=body, long=long) if body else NOTHING


def _row(cells: Sequence[Cell]) -> Markup:
    first, *others = cells
    return _ROW.format(_FIRST.format(first) + joined(_cell(cell) for cell in others))


def _cell(cell: Cell) -> Markup:
    return (_NUMBER if str(cell)[:1].isdigit() else _TEXT).format(cell)


def code(text: str) -> Markup:
    """Text set as code."""
    return _CODE.format(text)


def references(found: Iterable[Reference]) -> Markup:
    """Links to files and commits. A reference without a web address is set as code."""
    return joined(map(_reference, found), Markup(" "))


def _reference(at: Reference) -> Markup:
    # An address of another scheme, such as javascript:, must not become a link.
    return _LINK.format(at.url, at.text) if at.url.startswith("https://") else code(at.text)
