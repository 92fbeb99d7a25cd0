"""Pictures are well-formed, harmless, always the same, and say what the product is."""

import re
import xml.etree.ElementTree as ET
from collections import Counter

import pytest

from marketplace.catalog.contract import Product
from marketplace.catalog.packaged import load
from marketplace.catalog.pictures.drawings import fluent, subjects
from marketplace.catalog.pictures.glyphs import GLYPHS
from marketplace.catalog.pictures.picture import picture_svg

SVG = "{http://www.w3.org/2000/svg}"
CATALOGUE = load()
# Each drawing with the words that it may stand for.
WORDS: dict[str, set[str]] = {}
for _, each in subjects():
    WORDS.setdefault(each.drawing, set()).add(each.word)


def words_on(picture: str) -> str:
    """All that is written on a picture, in lower case, without breaks."""
    return " ".join(text.text or "" for text in ET.fromstring(picture).iter(f"{SVG}text")).lower()


def test_every_product_has_a_picture_that_names_its_kind() -> None:
    for product in CATALOGUE.products:
        picture = picture_svg(product, CATALOGUE.drawings.get(product.id, ""))
        assert " ".join(product.kind.lower().split()) in words_on(picture), product.id


def test_no_two_products_have_the_same_picture() -> None:
    pictures = Counter(
        re.sub(r"<title>.*?</title>", "", picture_svg(each, CATALOGUE.drawings.get(each.id, "")))
        for each in CATALOGUE.products
    )
    assert len(pictures) == len(CATALOGUE.products)


def test_no_kind_borrows_the_drawing_of_another() -> None:
    """Where a drawing reaches no further than what is called so, all that have it are called so."""
    reach = {subject.drawing for _, subject in subjects() if subject.reach == "*"}
    by_id = {product.id: product for product in CATALOGUE.products}
    for product_id, drawing in CATALOGUE.drawings.items():
        if drawing not in reach:
            product = by_id[product_id]
            called = {product.kind.lower(), *(synonym.lower() for synonym in product.synonyms)}
            assert any(name == word or name.endswith(f" {word}") for name in called for word in WORDS[drawing]), product


@pytest.mark.parametrize(
    "others", [("guitar", "koto", "sitar", "violin", "banjo", "lute"), ("electric-guitar", "acoustic-guitar")]
)
def test_instruments_have_drawings_of_their_own_or_none(others: tuple[str, ...]) -> None:
    assert len({CATALOGUE.drawings.get(other, other) for other in others}) == len(others)


def test_all_drawings_exist() -> None:
    assert {subject.drawing for _, subject in subjects()} <= GLYPHS.keys() | fluent().keys()


@pytest.mark.parametrize("category_id", ["drinks/wine", "fabrics/fabrics", "no/such-category"])
def test_is_an_svg_document_with_a_title(category_id: str) -> None:
    root = ET.fromstring(picture_svg(Product("tea", "Tea", "", category_id)))
    assert root.tag == f"{SVG}svg"
    assert root.findtext(f"{SVG}title") == "Tea"


def test_a_name_cannot_smuggle_markup_in() -> None:
    root = ET.fromstring(picture_svg(Product("x", "</title><script>alert(1)</script>", "", "home")))
    assert root.findtext(f"{SVG}title") == "</title><script>alert(1)</script>"
    assert root.find(f".//{SVG}script") is None


def test_the_picture_has_the_colour_that_the_name_says() -> None:
    scarf = Product("scarf", "Scarf", "", "fashion/accessories", kind="Scarf", variant="Forest Green")
    green, plum = (
        picture_svg(each, "scarf")
        for each in (scarf, Product("scarf", "Scarf", "", "fashion", (), "Scarf", "", "Plum"))
    )
    assert fluent()["scarf"] not in green
    assert re.findall(r"#[0-9a-f]{6}", green) != re.findall(r"#[0-9a-f]{6}", plum)
