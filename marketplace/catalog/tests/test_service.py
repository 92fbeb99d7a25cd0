"""What the catalog promises, on the real catalogue."""

from collections import Counter
from datetime import date

import pytest

from marketplace.catalog.contract import CategoryUnknown, ProductUnknown
from marketplace.catalog.packaged import Catalogue, load
from marketplace.catalog.service import CatalogService


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture
def catalog(catalogue: Catalogue) -> CatalogService:
    return CatalogService(catalogue, today=lambda: date(2026, 5, 4))


async def test_get(catalog: CatalogService) -> None:
    product = await catalog.get("abacus")
    assert (product.kind, product.name) == ("Abacus", f"{product.brand} Abacus {product.variant}")
    assert product.category_id == "electronics/computers"


async def test_get_unknown(catalog: CatalogService) -> None:
    with pytest.raises(ProductUnknown) as raised:
        await catalog.get("unobtainium")
    assert raised.value.product_id == "unobtainium"


async def test_get_many_keeps_the_order_and_leaves_unknown_ones_out(catalog: CatalogService) -> None:
    found = await catalog.get_many(("sofa", "nothing-of-the-kind", "abacus"))
    assert [product.id for product in found] == ["sofa", "abacus"]


async def test_browse_a_department_shows_its_shelves_by_name(catalog: CatalogService) -> None:
    page = await catalog.browse("drinks", offset=10, limit=5)
    rest = await catalog.browse("drinks", limit=100)
    assert page.products == rest.products[10:15]
    assert page.total > 300
    assert [product.name for product in rest.products] == sorted(product.name for product in rest.products)
    assert all(product.category_id.startswith("drinks/") for product in rest.products)


async def test_browse_unknown(catalog: CatalogService) -> None:
    with pytest.raises(CategoryUnknown):
        await catalog.browse("weapons")


async def test_browse_beyond_the_end_is_empty(catalog: CatalogService) -> None:
    assert (await catalog.browse("drinks/wine", offset=10_000)).products == ()


async def test_featured_is_varied_and_changes_with_the_day(catalogue: Catalogue, catalog: CatalogService) -> None:
    today = await catalog.featured(limit=12)
    tomorrow = await CatalogService(catalogue, today=lambda: date(2026, 5, 5)).featured(limit=12)
    assert len({product.category_id.partition("/")[0] for product in today}) == 12
    assert today == await catalog.featured(limit=12)
    assert today != tomorrow


async def test_featured_can_be_more_than_there_are_departments(catalog: CatalogService) -> None:
    assert len(await catalog.featured(limit=50)) == 50


async def test_export_is_everything(catalogue: Catalogue, catalog: CatalogService) -> None:
    assert tuple([product async for product in catalog.export()]) == catalogue.products


def test_categories_count_their_products(catalogue: Catalogue) -> None:
    counts = Counter(product.category_id for product in catalogue.products)
    counts.update(product.category_id.partition("/")[0] for product in catalogue.products)
    assert {category.id: category.products for category in catalogue.categories} == counts


def test_categories_form_a_tree_of_two_levels(catalogue: Catalogue) -> None:
    department = None
    for category in catalogue.categories:
        if category.parent_id is None:
            department = category.id
        else:
            assert category.parent_id == department
            assert category.id.startswith(f"{department}/")


def test_the_catalogue_is_large_and_its_ids_fit_an_address(catalogue: Catalogue) -> None:
    ids = [product.id for product in catalogue.products]
    assert len(set(ids)) == len(ids) >= 10_000
    assert all(id_ and set(id_) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for id_ in ids)


@pytest.mark.parametrize("word", ["rifle", "land mine", "gallows", "heroin", "handcuff", "cigarette"])
def test_some_things_are_not_for_sale(catalogue: Catalogue, word: str) -> None:
    assert not [each.id for each in catalogue.products if word in {each.kind.lower(), *each.synonyms}]


def test_no_name_is_a_dictionary_entry(catalogue: Catalogue) -> None:
    assert len({product.name for product in catalogue.products}) == len(catalogue.products)
    for product in catalogue.products:
        assert product.name.startswith(f"{product.brand} {product.kind}")
        assert product.name.endswith(product.variant)
        assert "(" not in product.name
