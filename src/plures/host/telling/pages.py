"""Pages about the contracts, as the control listener serves them. What writes them is imported when the first is asked for."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from plures.application import AssembledCapability, Assembly
from plures.contract import LOCK_FOLDER
from plures.http import Request, Response

SHELL: Final = "/docs"
"""What opens the others. It knows nothing of the application, so all may ask for it, as for its health."""
PAGES: Final = "/docs/"
"""How the paths of the others begin: for those who may read the listing."""
_Page: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


class Pages:
    """The pages of one replica, written when the first of them is asked for.

    Args:
        hosted: The capabilities whose services run here, so that the pages can call them.
        folder: Where plures.toml lies.
    """

    def __init__(self, assembly: Assembly, hosted: Mapping[str, AssembledCapability], folder: Path) -> None:
        self._assembly, self._hosted, self._folder = assembly, hosted, folder / LOCK_FOLDER
        self._written: dict[str, bytes] | None = None
        self._writing = asyncio.Lock()

    @property
    def pages(self) -> Mapping[str, _Page]:
        """What answers each path."""
        names = ["index", *(each.name for each in self._assembly.contracts)]
        return {f"{PAGES}{name}": self._answer for name in names}

    async def shell(self, request: Request) -> Response:
        """The page that asks for the others."""
        from .written import SHELL_PAGE

        return _html(request, SHELL_PAGE)

    async def _answer(self, request: Request) -> Response:
        async with self._writing:
            if self._written is None:
                # All of them take tenths of a second where contracts are many.
                self._written = await asyncio.to_thread(self._write)
        return _html(request, self._written[request.path.removeprefix(PAGES)])

    def _write(self) -> dict[str, bytes]:
        from .written import written

        return written(self._assembly, self._hosted, self._folder)


def _html(request: Request, text: bytes) -> Response:
    if request.method not in ("GET", "HEAD"):
        return Response(405, headers=((b"allow", b"GET"),))
    from .written import POLICY

    headers = (
        (b"content-security-policy", POLICY),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cache-control", b"no-store"),
    )
    return Response(200, text, b"text/html; charset=utf-8", headers)
