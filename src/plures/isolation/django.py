"""The routes of Django, as its resolver tells them, also those of Django REST framework. Django is not imported: where it is used, it is there."""

import inspect
import sys
from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import Any, Final

from .reading import Bound, Instance, Known, Value

ANY: Final = "ANY"
"""The method of a view that is a function: it decides itself."""

_HANDLER: Final = "django.core.handlers.base"
_OF_FRAMEWORKS: Final = ("django", "rest_framework", "builtins")
_METHODS: Final = ("get", "post", "put", "patch", "delete", "options", "head", "trace")
_UNTOLD: Final = frozenset({"options", "head", "trace"})


def is_django(app: Any) -> bool:
    """Whether it is a handler of Django, WSGI or ASGI."""
    return any(cls.__module__ == _HANDLER for cls in type(app).__mro__)


def packages_of_django() -> frozenset[str]:
    """The packages whose code its views are, as far as its settings name them."""
    settings = sys.modules["django.conf"].settings
    named = (settings.ROOT_URLCONF, *settings.INSTALLED_APPS)
    return frozenset(name.partition(".")[0] for name in named) - {*_OF_FRAMEWORKS}


def routes_of_django() -> tuple[tuple[str, str, tuple[Value, ...]], ...]:
    """Method, path and what runs, of all routes of this process. Where all that is included is the framework's own, as with its admin, it is one."""
    around = tuple(_middleware())
    found = _below(sys.modules["django.urls"].get_resolver(), "/")
    return tuple((method, path, (*runs, *around) if runs else ()) for method, path, runs in found)


def _below(resolver: Any, prefix: str) -> list[tuple[str, str, tuple[Value, ...]]]:
    found: list[tuple[str, str, tuple[Value, ...]]] = []
    for each in resolver.url_patterns:
        path = prefix + str(each.pattern)
        if not hasattr(each, "url_patterns"):
            found += ((method, path, runs) for method, runs in _runs(each.callback))
            continue
        included = _below(each, path)
        is_known = any(runs for _, _, runs in included)
        found += included if is_known else [(ANY, f"{path}…", ())]
    return found


def _runs(view: Any) -> Iterator[tuple[str, tuple[Value, ...]]]:
    cls = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if not isinstance(cls, type):
        innermost: Any = inspect.unwrap(view)
        yield ANY, () if _is_of_framework(innermost) or not isinstance(innermost, FunctionType) else (Known(innermost),)
        return
    actions = getattr(view, "actions", None)
    handlers: dict[str, str] = dict(actions) if actions else {each: each for each in _METHODS if hasattr(cls, each)}
    for method, handler in sorted(handlers.items()):
        if method not in _UNTOLD:
            yield method.upper(), tuple(_methods(cls, {*handlers.values(), *_METHODS} - {handler}))


def _methods(cls: type, others: Iterable[str]) -> Iterator[Value]:
    """All that the application has written of a class: which of it the framework calls is not read."""
    seen = set(others)
    for owner in cls.__mro__:
        if _is_of_framework(owner):
            continue
        for name, each in vars(owner).items():
            if isinstance(each, FunctionType) and name not in seen:
                seen.add(name)
                yield Bound(each, Instance(cls))


def _middleware() -> Iterator[Value]:
    settings, loading = sys.modules["django.conf"].settings, sys.modules["django.utils.module_loading"]
    for path in settings.MIDDLEWARE:
        each = loading.import_string(path)
        if not _is_of_framework(each):
            yield from _methods(each, ()) if isinstance(each, type) else (Known(each),)


def _is_of_framework(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).partition(".")[0] in _OF_FRAMEWORKS
