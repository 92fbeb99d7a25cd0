"""Maps, drawn anew or taken from the cache when neither code, history nor wishes changed."""

from .cache import Cache
from .chart import draw
from .codebase import Progress, Wish, open_source, understand
from .model import CodeMap
from .survey import survey


def read_map(wish: Wish, progress: Progress, *, hide_names: bool = False) -> CodeMap:
    """The map of a codebase; raises what `read_codebase` raises."""
    cache, source = Cache(wish.cache), open_source(wish, progress)
    key = f"{source.fingerprint()} {hide_names}"
    drawn = cache.load("map", key, CodeMap)
    if drawn is None:
        drawn = draw(survey(understand(source, cache, progress), progress), hide_names=hide_names)
        cache.store("map", key, drawn)
    return drawn
