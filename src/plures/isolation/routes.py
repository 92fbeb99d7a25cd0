"""The routes of an edge: those that Starlette, FastAPI, Flask and Django tell of themselves."""

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any, Final, cast

from .django import is_django, packages_of_django, routes_of_django
from .reading import Bound, Instance, Known, Value

_METHODS: Final = ("get", "post", "put", "patch", "delete", "options")
_MOST_WRAPPERS: Final = 10


@dataclass(frozen=True)
class Route:
    """One route.

    Attributes:
        method: `GET`, or `WS` for a WebSocket; `ANY` for a function of Django's.
        path: As it is declared: `/products/{product_id}`.
        runs: The functions of the application that it runs; empty where that is not known.
    """

    method: str
    path: str
    runs: tuple[Value, ...]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def routes_of(app: Any) -> tuple[Route, ...] | None:
    """All routes of a web application; None where it does not tell."""
    for _ in range(_MOST_WRAPPERS):
        if is_django(app):
            return tuple(Route(*each) for each in routes_of_django())
        views, rules = getattr(app, "view_functions", None), getattr(app, "url_map", None)
        if isinstance(views, dict) and rules is not None:
            return tuple(_of_flask(app, rules, cast("dict[str, Any]", views)))
        routes = getattr(app, "routes", None)
        if isinstance(routes, list | tuple):
            around = tuple(_middleware(app))
            found: Iterable[Any] = getattr(app, "routes", ())
            return tuple(Route(r.method, r.path, (*r.runs, *around) if r.runs else ()) for r in _all(found, ""))
        # What is wrapped around an application is often known by these names.
        inner = getattr(app, "app", None) or getattr(app, "_app", None)
        if inner is None:
            return None
        app = inner
    return None


def packages_of(app: Any) -> frozenset[str]:
    """The packages of its views, where the application's own code does not name them but a framework's settings do."""
    return packages_of_django() if is_django(app) else frozenset()


def _of_flask(app: Any, rules: Any, views: dict[str, Any]) -> Iterator[Route]:
    before: Iterable[list[Any]] = (*app.before_request_funcs.values(), *app.after_request_funcs.values())
    around = tuple(_function(each) for some in before for each in some)
    for rule in rules.iter_rules():
        view = inspect.unwrap(views[rule.endpoint]) if rule.endpoint in views else None
        # Files are served by Flask's own function, which holds no client.
        runs = () if view is None or rule.endpoint.rpartition(".")[2] == "static" else (_view(view), *around)
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"}):
            yield Route(method, rule.rule, runs)


def _view(view: Any) -> Value:
    """What a view runs; of a class of Flask's, the method that it was made of."""
    cls = getattr(view, "view_class", None)
    method = inspect.getattr_static(cls, "dispatch_request", None) if isinstance(cls, type) else None
    return (
        Bound(method, Instance(cls)) if isinstance(cls, type) and isinstance(method, FunctionType) else _function(view)
    )


def _all(routes: Iterable[Any], prefix: str) -> Iterator[Route]:
    for route in routes:
        path = prefix + str(getattr(route, "path", ""))
        below = getattr(route, "routes", None)
        endpoint = getattr(route, "endpoint", None)
        included = getattr(route, "effective_route_contexts", None)
        if endpoint is not None:
            yield from _methods(route, path, endpoint)
        elif callable(included):
            # A router of FastAPI's tells its routes as they are where it is included, with the whole path.
            contexts: Any = included()
            yield from _all(contexts, prefix)
        elif below:
            yield from _all(below, path)
        else:
            yield Route("GET", f"{path}/…", ())


def _methods(route: Any, path: str, endpoint: Any) -> Iterator[Route]:
    if inspect.isclass(endpoint):
        # A class of Starlette's: one method for each method of HTTP.
        for name in _METHODS:
            method = inspect.getattr_static(endpoint, name, None)
            if isinstance(method, FunctionType):
                yield Route(name.upper(), path, (Bound(method, Instance(endpoint)),))
        return
    runs = (_function(endpoint), *_dependencies(getattr(route, "dependant", None)))
    methods: Iterable[str] = getattr(route, "methods", None) or ("WS",)
    for method in sorted(set(methods) - {"HEAD"}):
        yield Route(method, path, runs)


def _function(endpoint: Any) -> Value:
    if isinstance(endpoint, MethodType) and isinstance(endpoint.__func__, FunctionType):
        return Bound(endpoint.__func__, Known(endpoint.__self__))
    return Known(endpoint)


def _dependencies(dependant: Any) -> Iterator[Value]:
    """What FastAPI calls for a route beside its endpoint."""
    for each in getattr(dependant, "dependencies", ()):
        if each.call is not None:
            yield _function(each.call)
        yield from _dependencies(each)


def _middleware(app: Any) -> Iterator[Value]:
    for each in getattr(app, "user_middleware", ()):
        cls = getattr(each, "cls", None)
        if isinstance(cls, type):
            given: Iterable[Any] = (*getattr(each, "args", ()), *dict(getattr(each, "kwargs", {})).values())
            yield from (Known(part) for part in given if callable(part))
            for name in ("dispatch", "__call__"):
                method = inspect.getattr_static(cls, name, None)
                if isinstance(method, FunctionType):
                    yield Bound(method, Instance(cls, {n: (Known(v),) for n, v in dict(each.kwargs).items()}))
