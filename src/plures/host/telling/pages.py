"""Pages about the contracts, as the control listener serves them."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from plures.application import AssembledCapability, Assembly
from plures.compat import Contract, described, read_lock
from plures.errors import InvalidInput
from plures.http import Request, Response
from plures.pages import Beside, Site, contract_main, index_main, page_of, policy, shell

SHELL: Final = "/docs"
"""What opens the others. It knows nothing of the application, so all may ask for it, as for its health."""
PAGES: Final = "/docs/"
"""How the paths of the others begin: for those who may read the listing."""
_FOLDER: Final = "contracts"
_Page: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


class Pages:
    """The pages of one replica, written when the first of them is asked for.

    Args:
        hosted: The capabilities whose services run here, so that the pages can call them.
        folder: Where plures.toml lies.
    """

    def __init__(self, assembly: Assembly, hosted: Mapping[str, AssembledCapability], folder: Path) -> None:
        self._assembly, self._hosted, self._folder = assembly, hosted, folder / _FOLDER
        self._written: dict[str, bytes] | None = None
        self._writing = asyncio.Lock()
        self._shell = shell().encode()

    @property
    def pages(self) -> Mapping[str, _Page]:
        """What answers each path."""
        names = ["index", *(each.name for each in self._assembly.contracts)]
        return {f"{PAGES}{name}": self._answer for name in names}

    async def shell(self, request: Request) -> Response:
        """The page that asks for the others."""
        return _html(request, self._shell)

    async def _answer(self, request: Request) -> Response:
        async with self._writing:
            if self._written is None:
                # All of them take tenths of a second where contracts are many.
                self._written = await asyncio.to_thread(self._write)
        return _html(request, self._written[request.path.removeprefix(PAGES)])

    def _write(self) -> dict[str, bytes]:
        assembly, locked = self._assembly, self._locked()
        pages = [
            page_of(
                described(each),
                Beside(
                    each.capability,
                    assembly.callers_of(each.python),
                    tuple(sorted(assembly.call_graph[each.capability])),
                    each.capability in self._hosted,
                ),
                locked,
            )
            for each in assembly.contracts
        ]
        site = Site(assembly.name, tuple(pages), is_live=True)
        written = {"index": index_main(site)} | {each.contract.name: contract_main(each, site) for each in pages}
        return {name: text.encode() for name, text in written.items()}

    def _locked(self) -> dict[str, Contract]:
        """The lock files that are there and right: `plures contract check` says what is wrong with others."""
        found: dict[str, Contract] = {}
        for path in sorted(self._folder.glob("*.toml")) if self._folder.is_dir() else ():
            try:
                contract = read_lock(path.read_text(encoding="utf-8"), path.name)
            except (InvalidInput, OSError, UnicodeDecodeError):
                continue
            found[contract.name] = contract
        return found


def _html(request: Request, text: bytes) -> Response:
    if request.method not in ("GET", "HEAD"):
        return Response(405, headers=((b"allow", b"GET"),))
    headers = (
        (b"content-security-policy", f"{policy(chr(39) + 'self' + chr(39))}; frame-ancestors 'none'".encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cache-control", b"no-store"),
    )
    return Response(200, text, b"text/html; charset=utf-8", headers)
