"""What the lifespan of an edge does that is meant to be done once: migrations, schedulers. Read from its code, which it does not run."""

import logging
from collections.abc import Collection, Iterator
from inspect import unwrap
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

_ONCE: Final = {
    "alembic": "migrations by alembic",
    "aerich": "migrations by aerich",
    "yoyo": "migrations by yoyo",
    "apscheduler": "a scheduler of apscheduler",
    "aiocron": "a scheduler of aiocron",
    "rocketry": "a scheduler of rocketry",
    "schedule": "a scheduler of schedule",
    "fastapi_utils": "periodic work of fastapi_utils",
}
_CALLS: Final = {"create_all": "create_all() of SQLAlchemy", "repeat_every": "periodic work (repeat_every)"}
_MOST_FUNCTIONS: Final = 300
_LOG: Final = logging.getLogger("plures.edge")
_MANY: Final = (
    "the edge has %d replicas, and each of them does what its lifespan does: %s. "
    "What is done once belongs into lifecycle.on_start(…, once=True) or lifecycle.background(…, once=True)"
)


def warn_of_duties(app: Any, own: Collection[str], replicas: int) -> None:
    """Say in the log what each of several replicas does, though it should be done once."""
    for duty in once_duties(app, own):
        _LOG.warning(_MANY, replicas, duty)


def once_duties(app: Any, own: Collection[str]) -> tuple[str, ...]:
    """What the start-up of a Starlette or FastAPI application does that should be done once, with the function that does it.

    Args:
        own: Top-level packages whose functions are followed.
    """
    found: dict[str, None] = {}
    pending = [*_startups(app)]
    seen: set[CodeType] = set()
    while pending and len(seen) < _MOST_FUNCTIONS:
        function = pending.pop()
        if function.__code__ in seen:
            continue
        seen.add(function.__code__)
        for name, meant in _named(function):
            duty = _ONCE.get(_home(name, meant)) or _CALLS.get(name)
            if duty is not None:
                found[f"{function.__module__}.{function.__qualname__} has {duty}"] = None
            followed = _function(meant)
            if followed is not None and followed.__module__.partition(".")[0] in own:
                pending.append(followed)
    return tuple(found)


def _startups(app: Any) -> Iterator[FunctionType]:
    router = getattr(app, "router", None)
    candidates: list[Any] = [getattr(router, "lifespan_context", None), *(getattr(router, "on_startup", None) or ())]
    while candidates:
        candidate = candidates.pop()
        function = _function(candidate)
        if function is not None:
            yield function
            # FastAPI puts the lifespans of routers into one another.
            candidates += [cell.cell_contents for cell in function.__closure__ or () if cell.cell_contents is not app]


def _function(thing: Any) -> FunctionType | None:
    if isinstance(thing, MethodType):
        thing = thing.__func__
    inner = unwrap(thing) if callable(thing) else None
    return inner if isinstance(inner, FunctionType) else None


def _named(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The names in the code of a function, and what those mean that are global."""
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        for name in code.co_names:
            yield name, function.__globals__.get(name)


def _home(name: str, meant: Any) -> str:
    """The package that a name is about: of a module, a class, a function or an object; or of an import within the function."""
    if isinstance(meant, ModuleType):
        return meant.__name__.partition(".")[0]
    if meant is None:
        return name.partition(".")[0]
    is_defined = isinstance(meant, type | FunctionType)
    return str((meant if is_defined else type(meant)).__module__).partition(".")[0]
