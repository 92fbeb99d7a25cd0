"""Style sheet, script and icon. Their addresses contain a hash of their content, so browsers may keep them without asking again."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER: Final = Path(__file__).parents[1] / "static"
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    url: str
    content: bytes
    media_type: str


class Assets:
    """Keeps all static files in memory: together they are smaller than one photograph."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        # The browser gets one sheet, people edit several files; the numbers in their names give the order.
        sheets = sorted((folder / "css").glob("*.css"))
        self.style = _asset("shop.css", b"\n".join(sheet.read_bytes() for sheet in sheets), "text/css")
        self.script = _asset("shop.js", (folder / "shop.js").read_bytes(), "text/javascript")
        self.icon = _asset("icon.svg", (folder / "icon.svg").read_bytes(), "image/svg+xml")
        self._by_url = {asset.url: asset for asset in (self.style, self.script, self.icon)}

    def routes(self) -> list[Route]:
        return [Route("/static/{name}", self._serve)]

    async def _serve(self, request: Request) -> Response:
        asset = self._by_url.get(request.url.path)
        if asset is None:
            raise HTTPException(404)
        return Response(asset.content, media_type=asset.media_type, headers=_FOREVER)


def _asset(name: str, content: bytes, media_type: str) -> Asset:
    stem, _, ending = name.rpartition(".")
    return Asset(f"/static/{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}", content, media_type)
