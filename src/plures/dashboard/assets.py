"""The files of the dashboard, as a browser asks for them. They tell nothing of any application."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

PAGE: Final = "/dashboard"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Nothing from elsewhere, no script and no style in markup, and no markup made of text at all."""

_KINDS: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Asset(NamedTuple):
    """A file.

    Attributes:
        kind: Its media type.
    """

    content: bytes
    kind: str


@cache
def assets() -> dict[str, Asset]:
    """What is answered, by path; notices of licences are not among it."""
    folder = files("plures.dashboard") / "web"
    found = dict(_found(folder, f"{PAGE}/"))
    found[PAGE] = found.pop(f"{PAGE}/index.html")
    return found


def _found(folder: Traversable, path: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for each in folder.iterdir():
        if each.is_dir():
            found.extend(_found(each, f"{path}{each.name}/"))
        elif kind := _KINDS.get(each.name[each.name.rfind(".") :]):
            found.append((path + each.name, Asset(each.read_bytes(), kind)))
    return found
