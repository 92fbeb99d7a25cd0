"""The page numbers below a long list."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request


@dataclass(frozen=True)
class PageLink:
    """One page number, or a gap between numbers when ``number`` is None."""

    number: int | None
    url: str = ""
    current: bool = False


@dataclass(frozen=True)
class Pager:
    """Links to the pages of a list. A list of one page has no ``links``."""

    links: tuple[PageLink, ...]
    previous: str | None
    following: str | None


def pager(page: int, pages: int, url: Callable[[int], str]) -> Pager:
    """The first page, the last one, the current one and its neighbours, with gaps between; pages count from 1."""
    if pages <= 1:
        return Pager((), None, None)
    numbers = sorted({1, pages, *range(max(1, page - 1), min(pages, page + 1) + 1)})
    links: list[PageLink] = []
    for number in numbers:
        if links and number - (links[-1].number or 0) > 1:
            links.append(PageLink(None))
        links.append(PageLink(number, url(number), number == page))
    return Pager(
        tuple(links),
        url(page - 1) if page > 1 else None,
        url(page + 1) if page < pages else None,
    )


def page_asked_for(request: Request, *, last: int = 10_000) -> int:
    """The page number in the address, from 1 to ``last``; 1 when it makes no sense."""
    text = request.query_params.get("page", "")
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(last))):
        return 1
    return min(max(int(text), 1), last)
