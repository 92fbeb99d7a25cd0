"""What search promises: to find, filter and sort, even while other capabilities are down."""

import pytest

from marketplace.pricing.contract import Money
from marketplace.search.contract import CategoryCount, Filters, Findings, IndexNotReady, Sort, Suggestion
from marketplace.search.service import SearchService

from .conftest import Shop, rating, unavailable


def ids(findings: Findings) -> list[str]:
    return [hit.product.id for hit in findings.hits]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sofa", ["sofa", "sofa-bed"]),
        ("SOFAS", ["sofa", "sofa-bed"]),
        ("couch", ["sofa"]),
        ("lens", ["lens"]),
        ("sleep", ["sofa-bed"]),
        ("sofa sleep", ["sofa-bed"]),
        ("tea pot", ["teapot"]),
        ("the sofa", ["sofa", "sofa-bed"]),
        ("green TEA", ["tea"]),
        ("unobtainium", []),
        ("the", []),
        ("!?", []),
    ],
)
async def test_find(search: SearchService, text: str, found: list[str]) -> None:
    findings = await search.find(text)
    assert ids(findings) == found
    assert findings.total == len(found)
    assert findings.corrected is None


@pytest.mark.parametrize("text", ['name:"sofa', "sofa AND (", "sofa*", "-sofa", "\\", "sofa\0", "[1 TO"])
async def test_a_text_is_words_never_a_query_language(search: SearchService, text: str) -> None:
    assert ("sofa" in ids(await search.find(text))) == ("sofa" in text)


@pytest.mark.parametrize(
    ("text", "corrected"),
    [("teapott", "teapot"), ("taepot", "teapot"), ("soffa", "sofa"), ("couhc", "couch"), ("soffa bed", "sofa bed")],
)
async def test_typing_errors(search: SearchService, text: str, corrected: str) -> None:
    findings = await search.find(text)
    assert findings.corrected == corrected
    assert findings.hits == (await search.find(corrected)).hits != ()


async def test_a_word_that_some_product_says_is_no_typing_error(search: SearchService) -> None:
    assert (await search.find("seats")).corrected is None


async def test_when_no_product_has_all_words_any_will_do(search: SearchService) -> None:
    findings = await search.find("sofa teapot")
    assert set(ids(findings)) >= {"sofa", "teapot"}
    assert findings.corrected is None


async def test_filters_that_leave_nothing_do_not_change_the_text(search: SearchService) -> None:
    findings = await search.find("sofa", Filters(category_id="drinks"))
    assert (findings.total, findings.hits, findings.corrected) == (0, (), None)


async def test_hits_carry_what_others_know(search: SearchService) -> None:
    sofa = (await search.find("sofa")).hits[0]
    assert sofa.price.unit == Money(49900)
    assert sofa.available == 3
    assert sofa.rating == rating("sofa", 4.5, 10)


async def test_hits_while_other_capabilities_are_down(shop: Shop, search: SearchService) -> None:
    shop.stock = shop.ratings = None
    sofa = (await search.find("sofa")).hits[0]
    assert (sofa.product.id, sofa.available, sofa.rating) == ("sofa", None, None)


async def test_the_index_is_built_without_ratings(shop: Shop) -> None:
    shop.ratings = None
    search = shop.search()
    await search.build()
    assert ids(await search.find("sofa")) == ["sofa", "sofa-bed"]


async def test_what_is_no_longer_sold_is_not_shown(shop: Shop, search: SearchService) -> None:
    shop.products = shop.products[1:]
    assert ids(await search.find("sofa")) == ["sofa-bed"]


async def test_empty_text_finds_everything_the_most_popular_first(search: SearchService) -> None:
    findings = await search.find("  ")
    assert findings.total == 5
    assert ids(findings)[:2] == ["sofa", "tea"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.PRICE_ASCENDING, ["tea", "lens", "teapot", "sofa", "sofa-bed"]),
        (Sort.PRICE_DESCENDING, ["sofa-bed", "sofa", "teapot", "lens", "tea"]),
        (Sort.NAME, ["tea", "lens", "sofa", "sofa-bed", "teapot"]),
    ],
)
async def test_orders(search: SearchService, sort: Sort, expected: list[str]) -> None:
    assert ids(await search.find(sort=sort)) == expected


async def test_many_good_ratings_beat_one_very_good_one(search: SearchService) -> None:
    assert ids(await search.find(sort=Sort.RATING))[:2] == ["sofa", "tea"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(category_id="home"), {"sofa", "sofa-bed", "lens"}),
        (Filters(category_id="home/chairs"), {"sofa", "sofa-bed"}),
        (Filters(category_id="nowhere"), set[str]()),
        (Filters(price_min=1200, price_max=2400), {"lens", "teapot"}),
        (Filters(price_max=499), {"tea"}),
        (Filters(price_min=50000), {"sofa-bed"}),
        (Filters(rating_min=5), {"tea"}),
        (Filters(category_id="home", rating_min=4), {"sofa"}),
    ],
)
async def test_filters(search: SearchService, filters: Filters, expected: set[str]) -> None:
    findings = await search.find(filters=filters)
    assert set(ids(findings)) == expected
    assert findings.total == len(expected)


async def test_pages_cover_everything_once(search: SearchService) -> None:
    pages = [await search.find(offset=offset, limit=2) for offset in (0, 2, 4, 6)]
    assert [len(page.hits) for page in pages] == [2, 2, 1, 0]
    assert {page.total for page in pages} == {5}
    assert [found for page in pages for found in ids(page)] == ids(await search.find())


async def test_categories_are_departments_then_shelves(search: SearchService) -> None:
    everything = await search.find()
    assert everything.categories == (CategoryCount("home", "Home", 3), CategoryCount("drinks", "Drinks", 2))
    home = await search.find(filters=Filters(category_id="home"))
    assert home.categories == (CategoryCount("home/chairs", "Chairs", 2), CategoryCount("home/lamps", "Lamps", 1))
    assert (await search.find(filters=Filters(category_id="home/lamps"))).categories == ()


async def test_price_bands_and_ratings_count_everything_found(search: SearchService) -> None:
    findings = await search.find()
    assert sum(band.count for band in findings.price_bands) == findings.total
    by_start = {band.price_min: band.count for band in findings.price_bands}
    assert (by_start[0], by_start[1_000], by_start[25_000]) == (1, 2, 2)
    assert [(each.rating_min, each.count) for each in findings.ratings] == [(4, 2), (3, 2), (2, 2)]


async def test_what_is_bought_climbs(search: SearchService) -> None:
    assert ids(await search.find()).index("teapot") > 1
    for number in range(20):
        search.record_popularity(f"order {number}", ("teapot",))
    assert ids(await search.find())[0] == "teapot"


async def test_an_order_counts_once(search: SearchService) -> None:
    scores: list[float] = []
    for _ in range(2):
        search.record_popularity("order", ("teapot",))
        scores.append((await search.find("teapot")).hits[0].score)
    assert scores[0] == scores[1]


async def test_pages_agree_when_popularity_reorders_them(search: SearchService) -> None:
    search.record_popularity("order", ("teapot", "lens"))
    everything = ids(await search.find())
    assert [ids(await search.find(offset=offset, limit=1))[0] for offset in range(5)] == everything


async def test_suggest(search: SearchService) -> None:
    sofa, bed = Suggestion("sofa", "Sofa"), Suggestion("sofa-bed", "Sofa Bed")
    assert await search.suggest("SO") == (sofa, bed)
    assert await search.suggest("sofa b") == (bed,)
    assert await search.suggest("so", limit=1) == (sofa,)
    assert await search.suggest("x") == await search.suggest(" ") == ()


async def test_nothing_works_before_the_index_is_built(shop: Shop) -> None:
    search = shop.search()
    for call in (search.find("sofa"), search.suggest("so")):
        with pytest.raises(IndexNotReady):
            await call


async def test_building_fails_without_the_catalog(shop: Shop) -> None:
    shop.down = unavailable()
    search = shop.search()
    with pytest.raises(type(shop.down)):
        await search.build()
    with pytest.raises(IndexNotReady):
        await search.find()


async def test_an_order_of_a_newer_contract_counts_as_relevance(search: SearchService) -> None:
    newer = object.__new__(Sort)
    newer._name_, newer._value_ = "NEWEST", "newest"
    assert ids(await search.find("sofa", sort=newer)) == ids(await search.find("sofa"))
