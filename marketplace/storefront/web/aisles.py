"""The category tree as pages show it: the bar of aisles, breadcrumbs, what lies below a category."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from marketplace.catalog.contract import Catalog, Category
from plures import CallError

from .patience import Remembered


@dataclass(frozen=True)
class Aisle:
    """One category as a link. ``below`` are the names of the categories in it, the fullest first."""

    id: str
    name: str
    products: int
    below: tuple[str, ...] = ()

    # Every page shows the addresses of all aisles.
    @cached_property
    def url(self) -> str:
        return f"/categories/{quote(self.id)}"


class Tree:
    """Looks categories up, and their neighbours above and below."""

    def __init__(self, categories: Sequence[Category]) -> None:
        self._by_id = {category.id: category for category in categories}
        self.top = tuple(self._aisle(category) for category in categories if category.parent_id is None)

    def path(self, category_id: str) -> tuple[Aisle, ...]:
        """The category and all those above it, from the top; empty for an unknown category."""
        category = self._by_id.get(category_id)
        if category is None:
            return ()
        above = self.path(category.parent_id) if category.parent_id is not None else ()
        return (*above, self._aisle(category))

    def below(self, category_id: str) -> tuple[Aisle, ...]:
        """The categories directly below one."""
        return tuple(self._aisle(category) for category in self._by_id.values() if category.parent_id == category_id)

    def _aisle(self, category: Category) -> Aisle:
        below = [each for each in self._by_id.values() if each.parent_id == category.id]
        names = (each.name for each in sorted(below, key=lambda each: -each.products))
        return Aisle(category.id, category.name, category.products, tuple(names))


class Aisles:
    """Remembers the category tree: every page shows it, and it changes only with the assortment."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._tree = Remembered(self._fetch)

    async def tree(self) -> Tree:
        """The tree; an empty one while the catalogue has never answered."""
        try:
            return await self._tree.get()
        except CallError:
            return self.last

    @property
    def last(self) -> Tree:
        """The tree as it was last seen; calls no capability."""
        return self._tree.last or Tree(())

    async def _fetch(self) -> Tree:
        return Tree(await self._catalog.categories())
