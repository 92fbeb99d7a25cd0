"""From what the code of services does to what clashes in one process."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from plures.errors import InvalidInput, Rule
from plures.topology import Service

from . import rules
from .clash import Clash
from .pins import pinned
from .reading import Fact, Unread, facts_of

# By the full name of what is called; a name that ends with a dot stands for all below.
_ALONE: Final[Mapping[str, Rule]] = {
    "signal.signal": rules.SIGNAL,
    "?.add_signal_handler": rules.SIGNAL,
    "asyncio.set_event_loop_policy": rules.LOOP,
    "asyncio.run": rules.LOOP,
    "asyncio.set_event_loop": rules.LOOP,
    "nest_asyncio.apply": rules.LOOP,
    "?.run_until_complete": rules.LOOP,
    "os._exit": rules.EXIT,
    "os.abort": rules.EXIT,
    "os.kill": rules.EXIT,
    "os.chdir": rules.FOLDER,
    "sys.path.insert": rules.PATH,
    "sys.path.append": rules.PATH,
    "multiprocessing.Process": rules.CHILD,
    "multiprocessing.Pool": rules.CHILD,
    "concurrent.futures.ProcessPoolExecutor": rules.CHILD,
}
# Harmless by itself, but one service's wish is all others' fate.
_ONCE: Final = frozenset(
    {
        "locale.setlocale",
        "socket.setdefaulttimeout",
        "sys.setrecursionlimit",
        "os.umask",
        "structlog.configure",
        "sentry_sdk.init",
        "opentelemetry.trace.set_tracer_provider",
        "opentelemetry.metrics.set_meter_provider",
        "django.setup",
        "mongoengine.connect",
        "tortoise.contrib.fastapi.register_tortoise",
        "tortoise.Tortoise.init",
    }
)
_METRICS: Final = frozenset(
    f"prometheus_client.{kind}" for kind in ("Counter", "Gauge", "Histogram", "Summary", "Info", "Enum")
)
_BLOCKING: Final = re.compile(
    r"(requests\.(get|post|put|patch|delete|head|request)|httpx\.(get|post|put|patch|delete|head|request|Client)|time\.sleep|urllib\.request\.urlopen)"
)
_OPENERS: Final = frozenset(
    {
        "open",
        "pathlib.Path",
        "starlette.staticfiles.StaticFiles",
        "fastapi.staticfiles.StaticFiles",
        "fastapi.templating.Jinja2Templates",
        "starlette.templating.Jinja2Templates",
        "sqlite3.connect",
        "aiosqlite.connect",
        "logging.FileHandler",
    }
)
_RELATIVE_SQLITE: Final = re.compile(r"sqlite(\+\w+)?:///(?!/)(?!:memory:)(?!\?)(?!file:)(?!$)\S*")


def check_clashes(processes: Mapping[str, Sequence[Service]]) -> None:
    """Look for clashes in each process. A service that is alone in one clashes with nothing.

    Raises:
        InvalidInput: With all that nothing accepts.
    """
    accepted = {service.name: service.accepted for services in processes.values() for service in services}
    clashes = [
        clash
        for services in processes.values()
        for clash in find_clashes(services)
        if any(clash.rule.code not in accepted[name] for name in clash.services)
    ]
    if clashes:
        raise InvalidInput("Services in one process", [clash.violation for clash in clashes])


def find_clashes(services: Sequence[Service]) -> list[Clash]:
    """What does not go together in one process."""
    if len(services) < 2:  # noqa: PLR2004 - alone
        return []
    seen: dict[str, list[tuple[Service, Fact]]] = defaultdict(list)
    clashes: list[Clash] = []
    for service in services:
        for fact in facts_of(service.folder):
            if isinstance(fact, Unread):
                clashes.append(Clash(rules.SYNTAX, (service.name,), fact.where, (("reason", fact.reason),)))
                continue
            clashes += _alone(service, fact)
            if fact.what in _ONCE or fact.what in _METRICS or fact.what == "sqlmodel.table":
                seen[_kind(fact)].append((service, fact))
        clashes += _environment(service)
    return [*clashes, *_together(seen), *_versions(services)]


def _alone(service: Service, fact: Fact) -> Iterator[Clash]:
    call = (("call", fact.what.removeprefix("?.")),)
    rule = _ALONE.get(fact.what) or _ALONE.get(f"?.{fact.what.rpartition('.')[2]}")
    if rule is not None:
        yield Clash(rule, (service.name,), fact.where, call)
    if fact.function is not None and not service.thread and _BLOCKING.fullmatch(fact.what):
        yield Clash(rules.BLOCKING, (service.name,), fact.where, (*call, ("function", fact.function)))
    is_data = fact.what == "text" and fact.text is not None and _RELATIVE_SQLITE.fullmatch(fact.text)
    if is_data and not _is_replaced(service):
        yield Clash(rules.RELATIVE_DATA, (service.name,), fact.where, (("path", str(fact.text)),))
    if fact.what == "text" and not is_data and fact.text is not None and not fact.text.startswith("sqlite"):
        yield Clash(rules.RELATIVE, (service.name,), fact.where, (("path", fact.text),))
    path = fact.text if fact.text is not None else fact.keywords.get("directory")
    if fact.what in _OPENERS and path is not None and _is_relative(path):
        rule = rules.RELATIVE_DATA if "sqlite" in fact.what else rules.RELATIVE
        yield Clash(rule, (service.name,), fact.where, (("path", path),))


def _is_replaced(service: Service) -> bool:
    """Whether its environment names a database, so that one in the code is only a default."""
    return any(
        "://" in value
        for name, value in service.environment.items()
        if "URL" in name or "DSN" in name or "DATABASE" in name
    )


def _is_relative(path: str) -> bool:
    return bool(path) and path != ":memory:" and not path.startswith(("/", "~")) and "://" not in path


def _environment(service: Service) -> Iterator[Clash]:
    for name, value in service.environment.items():
        if _RELATIVE_SQLITE.fullmatch(value):
            where = f"[services.{service.name}] environment.{name}"
            yield Clash(rules.RELATIVE_DATA, (service.name,), where, (("path", value),))


def _kind(fact: Fact) -> str:
    return fact.what if fact.what in _ONCE else f"{'table' if fact.what == 'sqlmodel.table' else 'metric'} {fact.text}"


def _together(seen: Mapping[str, Sequence[tuple[Service, Fact]]]) -> Iterator[Clash]:
    for places in seen.values():
        names = tuple(dict.fromkeys(service.name for service, _ in places))
        fact = places[-1][1]
        if len(names) < 2 or (fact.what in _METRICS and "registry" in fact.keywords):  # noqa: PLR2004 - not alone
            continue
        if fact.what in _ONCE:
            yield Clash(rules.GLOBAL, names, fact.where, (("call", fact.what),))
        elif fact.text is not None:
            rule = rules.TABLE if fact.what == "sqlmodel.table" else rules.METRIC
            yield Clash(rule, names, fact.where, (("name", fact.text),))


def _versions(services: Sequence[Service]) -> Iterator[Clash]:
    pins: dict[str, dict[str, str]] = defaultdict(dict)
    for service in services:
        for package, version in pinned(service.folder).items():
            pins[package][service.name] = version
    for package, versions in pins.items():
        if len({*versions.values()}) > 1:
            told = ", ".join(f"{version} in {name}" for name, version in versions.items())
            where = f"requirements of {next(iter(versions))}"
            yield Clash(rules.VERSION, tuple(versions), where, (("name", package), ("versions", told)))
