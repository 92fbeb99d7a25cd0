"""The `:names` in a statement: a list as a value becomes one name for each of its items."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, cast

from .store import Parameters

PARTS: Final = re.compile(
    r"""
      [eE]'(?:[^'\\]|\\.|'')*'            # text with backslashes, which PostgreSQL has
    | '(?:[^']|'')*' | "(?:[^"]|"")*"     # text, and quoted names
    | \$(?P<tag>[A-Za-z_]\w*)?\$.*?\$(?(tag)(?P=tag))\$   # text in dollars, PostgreSQL's too
    | --[^\n]* | /\*.*?\*/                # comments
    | ::\s*\w+                            # a cast
    | (?<![:\w]):(?P<name>[A-Za-z_]\w*)   # a name
    """,
    re.VERBOSE | re.DOTALL,
)
"""What can hold a colon in a statement; a match with a `name` is one."""

_LISTS: Final = (list, tuple)
_NO_ROWS: Final = "(SELECT NULL WHERE 1 = 0)"


def spread(sql: str, parameters: Parameters) -> tuple[str, Parameters]:
    """The statement with `(:names_0, :names_1)` in the place of each `:names` that has a list or a tuple, and the values of these."""
    # No comprehension and no union: each statement passes here.
    for value in parameters.values():
        if isinstance(value, _LISTS):
            break
    else:
        return sql, parameters
    lists: dict[str, Sequence[object]] = {
        name: cast("Sequence[object]", value) for name, value in parameters.items() if isinstance(value, _LISTS)
    }
    values = {name: value for name, value in parameters.items() if name not in lists}
    for name, items in lists.items():
        values.update((f"{name}_{position}", item) for position, item in enumerate(items))
    return _spread(sql, tuple((name, len(items)) for name, items in lists.items())), values


@lru_cache(maxsize=512)
def _spread(sql: str, lengths: Sequence[tuple[str, int]]) -> str:
    by_name = dict(lengths)

    def replace(part: re.Match[str]) -> str:
        name = part["name"]
        if name not in by_name:
            return part[0]
        items = ", ".join(f":{name}_{position}" for position in range(by_name[name]))
        return f"({items})" if items else _NO_ROWS

    return PARTS.sub(replace, sql)
