"""Maps, drawn anew or taken from the cache when neither code, history nor wishes changed."""

from .measuring import survey
from .model import CodeMap
from .reading import Cache, Progress, Wish, open_source, understand
from .reports import draw


def read_map(wish: Wish, progress: Progress, *, hide_names: bool = False) -> CodeMap:
    """The map of a codebase; raises what `read_codebase` raises."""
    cache, source = Cache(wish.cache), open_source(wish, progress)
    key = f"{source.fingerprint()} {hide_names}"
    drawn = cache.load("map", key, CodeMap)
    if drawn is None:
        drawn = draw(survey(understand(source, cache, progress), progress), hide_names=hide_names)
        cache.store("map", key, drawn)
    return drawn
