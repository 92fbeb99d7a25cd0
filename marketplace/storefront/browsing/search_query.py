"""What a shopper asks the search page for, as the address of the page says it."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote_plus

from starlette.requests import Request

from marketplace.search.contract import Filters, Sort

from .pager import page_asked_for

PER_PAGE: Final = 24
# The search capability looks no deeper.
LAST_PAGE: Final = 10_000 // PER_PAGE
_MOST_TEXT: Final = 200


@dataclass(frozen=True)
class SearchQuery:
    """A search: text, filters, order and page (from 1). Prices are minor units of EUR, both ends included."""

    text: str = ""
    category_id: str | None = None
    price_min: int | None = None
    price_max: int | None = None
    rating_min: int | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1

    @property
    def offset(self) -> int:
        return (self.page - 1) * PER_PAGE

    @property
    def price(self) -> str:
        """The price band as one word: ``1000-4999``, ``5000-``; empty when there is none."""
        if self.price_min is None and self.price_max is None:
            return ""
        return f"{_shown(self.price_min)}-{_shown(self.price_max)}"

    def filters(self) -> Filters | None:
        """The filters for the search capability; None when there are none."""
        if not self.is_filtered:
            return None
        return Filters(self.category_id, self.price_min, self.price_max, self.rating_min)

    @property
    def is_filtered(self) -> bool:
        return any(value is not None for value in (self.category_id, self.price_min, self.price_max, self.rating_min))

    def url(self, **changes: Any) -> str:
        """The address of this search after some changes. It begins at page 1 again, unless the page is what changes."""
        changed = replace(self, **{"page": 1, **changes})
        words = {
            "category": changed.category_id,
            "price": changed.price,
            "rating": changed.rating_min,
            "sort": changed.sort.value if changed.sort is not Sort.RELEVANCE else None,
            "page": changed.page if changed.page > 1 else None,
        }
        asked = [self._text_asked] if self.text else []
        asked += [f"{name}={quote_plus(str(value))}" for name, value in words.items() if value]
        return f"/search?{'&'.join(asked)}" if asked else "/search"

    # A page of results has a dozen links with the same words.
    @cached_property
    def _text_asked(self) -> str:
        return f"q={quote_plus(self.text)}"


def read_query(request: Request) -> SearchQuery:
    """The search in an address. It ignores what makes no sense, because people edit addresses and links grow old."""
    params = request.query_params
    low, _, high = params.get("price", "").partition("-")
    rating = _number(params.get("rating", ""))
    return SearchQuery(
        text=" ".join(params.get("q", "").split())[:_MOST_TEXT],
        category_id=params.get("category") or None,
        price_min=_number(low),
        price_max=_number(high),
        rating_min=rating if rating is not None and 1 <= rating <= 5 else None,  # noqa: PLR2004 - stars
        sort=_sort(params.get("sort", "")),
        page=page_asked_for(request, last=LAST_PAGE),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None  # noqa: PLR2004 - fits 64 bits


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)


def _sort(text: str) -> Sort:
    return Sort(text) if text in {sort.value for sort in Sort} else Sort.RELEVANCE
