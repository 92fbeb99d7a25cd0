"""Who owns which file, as a CODEOWNERS file says. Does not know which author belongs to which owner."""

from collections.abc import Iterable

from plures.git import PLACES, Codeowners

from .tree import Tree


def read_owners(tree: Tree, paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Owners by path; paths of which no rule says anything are left out. Empty when the codebase has no CODEOWNERS file."""
    place = next((place for place in PLACES if place in tree.digests), None)
    if place is None:
        return {}
    codeowners = Codeowners(tree.text(place), place)
    found = ((path, codeowners.owners_of(path)) for path in paths)
    return {path: owners for path, owners in found if owners is not None}
