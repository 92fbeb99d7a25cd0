"""An immutable full-text index of all products, in memory. It does not know the capabilities that they come from."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import tantivy
from tantivy import FieldType, Occur, Order, Query

from marketplace.search.contract import Filters, Sort
from marketplace.search.schema import CATEGORY, WHOLE_FIELDS, WORD_FIELDS, IndexEntry, documents, schema
from marketplace.search.words import PLAIN, STEMMED, plain, stemmed

_ORDERS: Final = {
    Sort.PRICE_ASCENDING: ("price", Order.Asc),
    Sort.PRICE_DESCENDING: ("price", Order.Desc),
    Sort.RATING: ("esteem", Order.Desc),
    Sort.NAME: ("name_rank", Order.Asc),
}
_MOST_CATEGORIES: Final = 1_000
_ANY_PRICE: Final = 2**63 - 1


@dataclass(frozen=True)
class Match:
    """A product found. In an order other than relevance, the score is the value that gives the order."""

    product_id: str
    score: float


@dataclass(frozen=True)
class Matches:
    """Some matches out of ``total``."""

    total: int
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class Spread:
    """How many matches are in each category, below each price limit, and at 0, 1, … 5 stars."""

    categories: dict[str, int]
    prices: tuple[int, ...]
    ratings: tuple[int, ...]


class ProductIndex:
    """Finds products by words and filters."""

    def __init__(self, entries: Sequence[IndexEntry]) -> None:
        """Index all entries; ten thousand take about a second."""
        self._ids = [entry.product.id for entry in entries]
        self._schema = schema()
        self._stemmed = stemmed()
        self._plain = plain()
        index = tantivy.Index(self._schema)
        index.register_tokenizer(STEMMED, self._stemmed)
        index.register_tokenizer(PLAIN, self._plain)
        # One thread makes one segment, which is fastest to search.
        writer = index.writer(heap_size=64_000_000, num_threads=1)
        for document in documents(entries):
            writer.add_json(json.dumps(document))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        # tantivy's stubs leave the types of aggregations open and forget how many results there are.
        self._searcher: Any = index.searcher()

    def query(self, text: str, filters: Filters, *, any_word: bool = False) -> Query:
        """All words of the text (or any of them) and all filters. An empty text matches all products, one without words none."""
        wanted = self._by_text(text, any_word=any_word) if text.strip() else Query.all_query()
        narrowed = [(Occur.Must, Query.const_score_query(each, 0.0)) for each in self._by_filters(filters)]
        return Query.boolean_query([(Occur.Must, wanted), *narrowed]) if narrowed else wanted

    def search(self, query: Query, sort: Sort, offset: int, limit: int) -> Matches:
        """The matches from ``offset`` on, in this order."""
        # A caller with a newer contract may ask for an order that is not known here.
        if sort not in _ORDERS:
            found = self._searcher.search(query, limit, offset=offset, weight_by_field="weight")
        else:
            field, order = _ORDERS[sort]
            found = self._searcher.search(query, limit, offset=offset, order_by_field=field, order=order)
        numbers = self._searcher.fast_field_values("number", [address for _, address in found.hits])
        matches = (
            Match(self._ids[int(number or 0)], float(score))
            for (score, _), number in zip(found.hits, numbers, strict=True)
        )
        return Matches(total=found.count, matches=tuple(matches))

    def count(self, query: Query) -> int:
        """How many products match."""
        count: int = self._searcher.search(query, limit=1).count
        return count

    def spread(self, query: Query, price_limits: Sequence[int]) -> Spread:
        """How all matches spread over categories, prices (below each limit, and above the last one) and whole stars."""
        found = self._searcher.aggregate(
            query,
            {
                "categories": {"terms": {"field": CATEGORY, "size": _MOST_CATEGORIES}},
                "prices": {"range": {"field": "price", "ranges": _ranges(price_limits)}},
                "ratings": {"range": {"field": "average", "ranges": _ranges(range(1, 6))}},
            },
        )
        return Spread(
            categories={bucket["key"]: bucket["doc_count"] for bucket in found["categories"]["buckets"]},
            prices=_counts(found["prices"]["buckets"]),
            ratings=_counts(found["ratings"]["buckets"]),
        )

    def words(self, text: str) -> list[str]:
        """The words of a text, in lower case."""
        return self._plain.analyze(text)

    def knows(self, word: str) -> bool:
        """Whether the index has this word in any form."""
        stem = self._stem(word)
        return not stem or self.count(self._by_word(word, stem)) > 0

    def _stem(self, word: str) -> str:
        """The stem of a word; empty if the word says nothing."""
        return "".join(self._stemmed.analyze(word))

    def _by_text(self, text: str, *, any_word: bool) -> Query:
        words = self.words(text)
        telling = [(word, stem) for word in words if (stem := self._stem(word))]
        if not telling:
            return Query.empty_query()
        occur = Occur.Should if any_word else Occur.Must
        every = Query.boolean_query([(occur, self._by_word(word, stem)) for word, stem in telling])
        # "tea pot" also means "teapot".
        names = dict.fromkeys((text.strip().lower(), "".join(words)))
        whole = [self._term(field, name, weight) for name in names for field, weight in WHOLE_FIELDS.items()]
        return Query.boolean_query([(Occur.Should, each) for each in (every, *whole)])

    def _by_word(self, word: str, stem: str) -> Query:
        fields = [
            self._term(field, word if field == "name_plain" else stem, weight) for field, weight in WORD_FIELDS.items()
        ]
        return Query.disjunction_max_query(fields, 0.1)

    def _by_filters(self, filters: Filters) -> Iterator[Query]:
        if filters.category_id is not None:
            yield self._term(CATEGORY, filters.category_id)
        if filters.price_min is not None or filters.price_max is not None:
            high = _ANY_PRICE if filters.price_max is None else filters.price_max
            yield Query.range_query(self._schema, "price", FieldType.Unsigned, filters.price_min or 0, high)
        if filters.rating_min is not None:
            yield Query.range_query(self._schema, "average", FieldType.Float, float(filters.rating_min), 5.0)

    def _term(self, field: str, value: str, weight: float = 1.0) -> Query:
        option = "freq" if field in WORD_FIELDS else "basic"
        return Query.boost_query(Query.term_query(self._schema, field, value, option), weight)


def _ranges(limits: Iterable[int]) -> list[dict[str, int]]:
    """The ranges below the first limit, between two limits, and from the last one on."""
    bounds = list(limits)
    inner = [{"from": low, "to": high} for low, high in pairwise(bounds)]
    return [{"to": bounds[0]}, *inner, {"from": bounds[-1]}]


def _counts(buckets: Iterable[Mapping[str, float]]) -> tuple[int, ...]:
    return tuple(int(bucket["doc_count"]) for bucket in buckets)
