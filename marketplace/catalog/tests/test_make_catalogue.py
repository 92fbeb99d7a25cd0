"""Makes products from a small WordNet: their names, their shelves, and the nouns that are left out."""

from pathlib import Path

import pytest

from marketplace.catalog.assortment import AnchorUnknown, Assortment
from marketplace.catalog.branding import Brand, Branding, rules
from marketplace.catalog.copywriting import description
from marketplace.catalog.make_catalogue import make_categories, make_products
from marketplace.catalog.naming import kind_of, title
from marketplace.catalog.wordnet import Nouns, read_nouns

WORDNET = """\
  1 This line and those like it are the licence.
00000001 06 n 01 artifact 0 000 | a man-made object
00000002 06 n 02 furniture 0 piece_of_furniture 0 001 @ 00000001 n 0000 | furnishings; "they had no furniture"
00000003 06 n 01 chair 0 001 @ 00000002 n 0000 | (usually plural) a seat for one person; with a back; "he sat"
00000004 06 n 02 chair 0 professorship 0 001 @ 00000001 n 0000 | a token of an office
00000005 06 n 01 chair 1 001 @ 00000002 n 0000 | a seat on a pole
00000006 06 n 01 weapon 0 001 @ 00000001 n 0000 | an instrument for fighting
00000007 06 n 01 chair_of_nails 0 002 @ 00000002 n 0000 @ 00000006 n 0000 | a seat that hurts
00000008 06 n 01 electric_chair 0 001 @ 00000003 n 0000 | used for an execution
00000009 06 n 01 Coronation_Chair 0 001 @i 00000003 n 0000 | a famous chair
00000010 09 n 01 idea 0 000 | a thought
00000011 13 n 01 bread 0 000 | baked dough
"""

RULES = """
[never]
anchors = ["weapon"]
words = ["execution"]
[left_out]
anchors = ["artifact"]
[departments.home]
name = "Home"
shelves.seats = { name = "Seats", anchors = ["furniture"] }
shelves.nothing = { name = "Nothing", anchors = ["weapon"] }
"""


@pytest.fixture
def nouns(tmp_path: Path) -> Nouns:
    (tmp_path / "data.noun").write_text(WORDNET, encoding="latin-1")
    return read_nouns(tmp_path)


@pytest.fixture
def assortment(tmp_path: Path, nouns: Nouns) -> Assortment:
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES, encoding="utf-8")
    return Assortment(rules, nouns)


def test_products(nouns: Nouns, assortment: Assortment) -> None:
    products, drawings = make_products(nouns, assortment)
    assert [(product.id, product.kind, product.synonyms) for product in products] == [
        ("chair", "Chair", ()),
        ("chair-furniture", "Chair", ()),
        ("furniture", "Furniture", ("piece of furniture",)),
    ]
    assert all(each.name.startswith(f"{each.brand} {each.kind}") for each in products)
    assert len({each.name for each in products}) == len(products)
    assert drawings == {}


def test_categories_without_products_are_left_out(nouns: Nouns, assortment: Assortment) -> None:
    categories = make_categories(assortment.shelves, make_products(nouns, assortment)[0])
    assert [(category.id, category.products) for category in categories] == [("home", 3), ("home/seats", 3)]


def test_an_unknown_anchor_is_named(tmp_path: Path, nouns: Nouns) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES.replace('"furniture"', '"sofa"'), encoding="utf-8")
    with pytest.raises(AnchorUnknown, match="sofa"):
        Assortment(rules, nouns)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("cup of tea", "Cup of Tea"),
        ("CD-ROM", "CD-ROM"),
        ("jack-o'-lantern", "Jack-o'-lantern"),
        ("case (glass container)", "Case (Glass Container)"),
        ("a la carte", "A la Carte"),
    ],
)
def test_title(words: str, expected: str) -> None:
    assert title(words) == expected


@pytest.mark.parametrize(("name", "kind"), [("Lever (Machine)", "Lever"), ("Snowball 2", "Snowball"), ("4WD", "4WD")])
def test_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("gloss", "expected"),
    [
        ('a cup; "a cup of tea"; "two cups"', "A cup."),
        ("(often plural) trousers", "Trousers."),
        ("a heater that transfers heat (as to air) by convection", "This heater transfers heat by convection."),
        ("a rake used to move leaves", "Use this rake to move leaves."),
        ("a cap worn in bed; made of wool", "This cap is worn in bed. It is made of wool."),
        ("a jar with two handles", "This jar has two handles."),
        ("fruit of a tree; has seeds; used for jam", "Fruit of a tree. It has seeds. It is used for jam."),
        ("a plate held against the body with a clip", "A plate held against the body with a clip."),
        ('"only an example"', "Only an example."),
    ],
)
def test_description(gloss: str, expected: str) -> None:
    brand = Brand("Fernhill", "Plum", "colour")
    assert description(gloss, brand) == f"{expected} In Plum, from Fernhill."


def test_names_are_those_of_a_shop_and_always_the_same() -> None:
    names = [
        Branding(rules()).brand(id_, kind, shelf, gloss).name(kind)
        for id_, kind, shelf, gloss in (
            ("miniskirt", "Miniskirt", "fashion/dresses", "a very short skirt"),
            ("blue-jeans", "Blue Jeans", "fashion/trousers", "denim trousers"),
            ("brie", "Brie", "fresh/dairy", "soft cheese"),
        )
    ]
    assert names == [
        "Marlowe & Tate Miniskirt, Plum",
        "Ostrava Row Blue Jeans Signature",
        "Green Basket Brie, 500\u00a0g",
    ]


def test_two_things_of_one_kind_get_two_names() -> None:
    branding = Branding(rules())
    assert branding.brand("brie", "Brie", "fresh", "") != branding.brand("brie", "Brie", "fresh", "")
