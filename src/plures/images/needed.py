"""Which of the locked packages a process needs: those that its modules import, and those that these require. Runs none of the code."""

import ast
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.requirements import Requirement

from .entries import Entry
from .wheels import Wheel, normalised


def modules_below(root: str, entries: Iterable[Entry]) -> dict[str, Entry]:
    """Module → its source.

    Args:
        root: The folder where imports begin.
    """
    found: dict[str, Entry] = {}
    for entry in entries:
        path = entry.path.removeprefix(f"{root}/")
        if path.endswith(".py"):
            found[path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")] = entry
    return found


def reached(
    first: Iterable[str], modules: Mapping[str, Entry], *, without: Iterable[str] = ()
) -> tuple[set[str], set[str]]:
    """The modules of the application that are imported from the first ones on, also within functions, and what else they import.

    Args:
        first: Names of modules.
        modules: Those of the application.
        without: Where it is not looked any further.

    Returns:
        (modules of the application, first names of others)
    """
    left_out = frozenset(without)
    waiting, seen, others = deque(first), set[str](), set[str]()
    while waiting:
        name = waiting.popleft()
        if name in seen or name in left_out:
            continue
        if name not in modules:
            others.add(name.partition(".")[0])
            continue
        seen.add(name)
        # A package is imported before what is in it.
        waiting += [parent for parent in _parents(name) if parent in modules]
        waiting += _imports(name, modules)
    return seen, others


def needed(
    roots: Iterable[str], wheels: Mapping[str, Wheel], environment: Mapping[str, str], *, unread: Iterable[str] = ()
) -> Sequence[str]:
    """The names of wheels that the roots require or import, sorted, the roots among them.

    Starlette reads forms where python-multipart is there, and does not require it: what is in the lock is there for a reason.

    Args:
        roots: Requirements, such as `plures[cli,postgresql]`. Those without a wheel are left out.
        wheels: By name.
        environment: What markers are asked of: the platform of the image.
        unread: Wheels whose imports do not count.
    """
    waiting = deque(Requirement(root) for root in roots)
    seen: set[tuple[str, str]] = set()
    bringers: dict[str, list[str]] = {}
    for name, wheel in wheels.items():
        for module in wheel.modules:
            bringers.setdefault(module, []).append(name)
    while waiting:
        wanted = waiting.popleft()
        name = normalised(wanted.name)
        for extra in ("", *sorted(wanted.extras)):
            if name not in wheels or (name, extra) in seen:
                continue
            seen.add((name, extra))
            if not extra and name not in unread:
                imported = wheels[name].imports
                waiting += [Requirement(other) for module in sorted(imported) for other in bringers.get(module, ())]
            for text in wheels[name].requires:
                below = Requirement(text)
                if below.marker is None or below.marker.evaluate({**environment, "extra": extra}):
                    waiting.append(below)
    return sorted({name for name, _ in seen})


def unlocked(root: str, wheels: Mapping[str, Wheel], environment: Mapping[str, str]) -> list[str]:
    """The names of packages that a requirement asks for directly, with its extras, and that have no wheel. None where it has none itself.

    Args:
        root: Such as `plures[cli,postgresql]`.
        wheels: By name.
        environment: What markers are asked of: the platform of the image.
    """
    wanted = Requirement(root)
    wheel = wheels.get(normalised(wanted.name))
    below = [Requirement(text) for text in (wheel.requires if wheel is not None else ())]
    asked = [
        each.name
        for each in below
        if each.marker is None
        or any(each.marker.evaluate({**environment, "extra": extra}) for extra in ("", *wanted.extras))
    ]
    return sorted({name for name in asked if normalised(name) not in wheels})


def bringing(modules: Iterable[str], wheels: Mapping[str, Wheel]) -> list[str]:
    """The names of the wheels that bring modules, by the first names of these."""
    wanted = frozenset(modules)
    return sorted(name for name, wheel in wheels.items() if wheel.modules & wanted)


def _parents(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _imports(name: str, modules: Mapping[str, Entry]) -> Iterator[str]:
    try:
        tree = ast.parse(modules[name].read())
    except (SyntaxError, ValueError):
        return
    package = name if modules[name].path.endswith("/__init__.py") else name.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            # What is imported of a package may be a module of it.
            below = [f"{source}.{alias.name}" for alias in node.names]
            yield from (source, *(each for each in below if each in modules))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _named(node.value, modules)


def _named(text: str, modules: Mapping[str, Entry]) -> Iterator[str]:
    """A module that is named in a string, as `edge="shop.web:app"`."""
    module, colon, attribute = text.partition(":")
    if colon and attribute.isidentifier() and module in modules:
        yield module
