"""Makes a page of a view: Jinja2 templates inside the frame that all pages share."""

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
from .visitor import visitor
from .wording import FILTERS

_TEMPLATES: Final = Path(__file__).parents[1] / "templates"
# Macros that depend on nothing but immutable arguments.
_PURE: Final = ("icon", "stars", "rating", "price", "card", "shelfbar")
_MOST_REMEMBERED: Final = 5_000


# Compiling the templates takes a good part of a second.
@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(FILTERS)
    _share_parts(environment)
    return environment


def _share_parts(environment: Environment) -> None:
    """Give all templates, and `parts.html` itself, its macros as ``parts``; the pure ones render once for each argument."""
    parts: Any = SimpleNamespace()
    environment.globals["parts"] = parts
    macros: dict[str, Any] = vars(environment.get_template("parts.html").module)
    for name, macro in macros.items():
        setattr(parts, name, lru_cache(_MOST_REMEMBERED)(macro) if name in _PURE else macro)


class Pages:
    """Renders the shop's templates. A template reads its one ``view`` and the values of the frame."""

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
        """The page, made without a call to any capability: for when one of them has just failed."""
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
