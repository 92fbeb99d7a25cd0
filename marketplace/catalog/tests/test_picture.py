"""Pictures are well-formed, harmless and always the same."""

import xml.etree.ElementTree as ET

import pytest

from marketplace.catalog.glyphs import GLYPHS
from marketplace.catalog.packaged import load
from marketplace.catalog.picture import picture_svg

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("category_id", [*GLYPHS, "no/such-category"])
def test_is_an_svg_document_with_a_title(category_id: str) -> None:
    root = ET.fromstring(picture_svg("tea", "Tea", category_id))
    assert root.tag == f"{SVG}svg"
    assert root.findtext(f"{SVG}title") == "Tea"


def test_a_name_cannot_smuggle_markup_in() -> None:
    root = ET.fromstring(picture_svg("x", "</title><script>alert(1)</script>", "home"))
    assert root.findtext(f"{SVG}title") == "</title><script>alert(1)</script>"
    assert root.find(f".//{SVG}script") is None


def test_products_of_one_category_look_different() -> None:
    ids = [product.id for product in load().products if product.category_id == "drinks/wine"]
    assert len({picture_svg(id_, "Wine", "drinks/wine") for id_ in ids}) == len(ids)
    assert picture_svg(ids[0], "Wine", "drinks/wine") == picture_svg(ids[0], "Wine", "drinks/wine")


def test_every_category_has_a_glyph_or_its_department_has() -> None:
    departments = {category.id.partition("/")[0] for category in load().categories}
    assert departments <= GLYPHS.keys()
