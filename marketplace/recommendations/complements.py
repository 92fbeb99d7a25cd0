"""What people use together: beside a coat a scarf, not another coat."""

from typing import Final

# For a shelf, or for all shelves of a department: the shelves whose things go with it, the closest first.
_COMPLEMENTS: Final = {
    "fashion": "fashion/accessories fashion/shoes jewellery/jewellery bags/bags",
    "fashion/accessories": "fashion/coats fashion/hats jewellery/jewellery",
    "fashion/shoes": "fashion/trousers fashion/underwear bags/bags",
    "jewellery": "fashion/dresses fashion/accessories bags/boxes",
    "furniture": "home/lighting home/rugs home/bedding",
    "furniture/beds": "home/bedding home/lighting home/rugs",
    "furniture/tables": "furniture/seating kitchen/tableware home/lighting",
    "furniture/seating": "furniture/tables home/rugs home/lighting",
    "home": "furniture/storage home/lighting home/cleaning",
    "home/bedding": "furniture/beds home/rugs home/lighting",
    "kitchen": "kitchen/utensils kitchen/tableware pantry/spices",
    "kitchen/tableware": "kitchen/cutlery kitchen/drinkware pantry/soups",
    "kitchen/cutlery": "kitchen/tableware kitchen/drinkware pantry/dishes",
    "kitchen/drinkware": "drinks/hot drinks/wine kitchen/bottles",
    "kitchen/cookware": "kitchen/utensils pantry/spices pantry/staples",
    "garden": "garden/tools fashion/work garden/fences",
    "tools": "tools/fasteners tools/measuring fashion/work",
    "electronics": "electronics/components electronics/switches furniture/tables",
    "electronics/audio": "art/books furniture/stands electronics/phones",
    "electronics/photo": "electronics/optics art/pictures bags/luggage",
    "music": "furniture/stands electronics/audio art/books bags/luggage",
    "sports": "fashion/shoes bags/bags drinks/soft",
    "vehicles": "vehicles/parts fashion/work tools/hand",
    "bags": "fashion/accessories garden/camping art/writing",
    "art": "art/writing furniture/storage home/lighting",
    "fabrics": "fabrics/needlework fabrics/pieces tools/cutting",
    "health": "health/beauty home/bath bags/bags",
    "fresh": "pantry/spices pantry/sauces drinks/wine",
    "fresh/dairy": "bakery/bread fresh/fruit drinks/wine",
    "fresh/fruit": "bakery/desserts fresh/dairy bakery/cakes",
    "bakery": "drinks/hot fresh/dairy fresh/fruit",
    "bakery/bread": "fresh/dairy pantry/sauces pantry/soups",
    "pantry": "fresh/vegetables drinks/wine kitchen/cookware",
    "drinks": "kitchen/drinkware pantry/snacks bakery/sweets",
    "drinks/hot": "kitchen/drinkware bakery/cookies fresh/dairy",
    "drinks/wine": "kitchen/drinkware fresh/dairy bakery/bread",
}


def complements_of(category_id: str) -> tuple[str, ...]:
    """The shelves of things that go with a product of this category; never its own."""
    department, _, _ = category_id.partition("/")
    shelves = _COMPLEMENTS.get(category_id) or _COMPLEMENTS.get(department, "")
    return tuple(shelf for shelf in shelves.split() if shelf != category_id)
