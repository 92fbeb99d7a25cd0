"""Turning a view into a page: Jinja2 templates inside the frame that all pages share."""

from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse

from .aisles import Aisles
from .assets import Assets
from .cards import picture_url, product_url
from .checkout_view import days, method_name, shipping_price
from .countries import country_name
from .money import in_words
from .visitor import visitor

_TEMPLATES: Final = Path(__file__).parent / "templates"
_PURE: Final = ("icon", "stars", "rating", "price", "card", "shelfbar")
_MOST_REMEMBERED: Final = 5_000


def day(at: datetime) -> str:
    """``22 November 2026``."""
    return f"{at.day} {at:%B %Y}"


@cache  # compiling the templates takes a good part of a second
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        money=in_words,
        country=country_name,
        days=days,
        method=method_name,
        shipping=shipping_price,
        picture=picture_url,
        product=product_url,
        day=day,
    )
    _share_parts(environment)
    return environment


def _share_parts(environment: Environment) -> None:
    """Give all templates, their own too, the macros of `parts.html`. Some depend on nothing but immutable arguments: rendered once for each."""
    parts: Any = SimpleNamespace()
    environment.globals["parts"] = parts
    macros: dict[str, Any] = vars(environment.get_template("parts.html").module)
    for name, macro in macros.items():
        setattr(parts, name, lru_cache(_MOST_REMEMBERED)(macro) if name in _PURE else macro)


class Pages:
    """Renders the templates of the shop; each gets one ``view`` and reads nothing else but the frame's own values."""

    def __init__(self, assets: Assets, aisles: Aisles) -> None:
        self._assets = assets
        self._aisles = aisles
        self._environment = _environment()

    async def show(
        self,
        request: Request,
        template: str,
        view: object,
        *,
        status: int = 200,
        afterwards: BackgroundTask | None = None,
    ) -> HTMLResponse:
        """The page; ``afterwards`` runs once it has been sent."""
        await self._aisles.tree()
        return self.show_offline(request, template, view, status=status, afterwards=afterwards)

    def show_offline(
        self,
        request: Request,
        template: str,
        view: object,
        *,
        status: int = 200,
        afterwards: BackgroundTask | None = None,
    ) -> HTMLResponse:
        """The page, made without asking any capability: for when one of them has just failed."""
        aisles, path = self._aisles.last.top, request.url.path
        body = self._environment.get_template(template).render(
            view=view,
            assets=self._assets,
            visitor=visitor(request),
            aisles=aisles,
            here=next((aisle for aisle in aisles if f"{path}/".startswith(f"{aisle.url}/")), None),
            path=path,
            query=request.query_params.get("q", ""),
        )
        return HTMLResponse(body, status, background=afterwards)
