"""Pictures of products. They never change, so browsers may keep them without asking again."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from marketplace.storefront.shop import Shop

_HEADERS: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    # A browser that opens an SVG by itself treats it as a document. It may style itself and nothing else.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


class Pictures:
    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def routes(self) -> list[Route]:
        return [Route("/pictures/{product_id}.svg", self._show)]

    async def _show(self, request: Request) -> Response:
        picture = await self._shop.catalog.picture(str(request.path_params["product_id"]))
        return Response(picture, media_type="image/svg+xml", headers=_HEADERS)
