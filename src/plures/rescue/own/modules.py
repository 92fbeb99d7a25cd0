"""The modules of services whose names clash: each service imports its own, whatever they are called.

A module whose name is that of one service alone is imported under it. A module `app.main` that several services have is called
`orders:app.main` in the process: a name of its own in `sys.modules`, so that whatever looks up a class by its module (`pickle`,
`dataclasses`, `typing`, pydantic, SQLAlchemy) finds the right one. The code of a service still says `import app.main`: its modules
have builtins with an `__import__` that knows what the service means, also within functions. Code that imports by a text
(`importlib.import_module("app.main")`, a dotted name in a configuration) gets a `View`, which passes on to the module of the service that asks.
"""

import builtins
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_loader
from types import ModuleType
from typing import Any

from .current import MARK, current
from .names import OwnNames


class OwnModules(MetaPathFinder):
    """Finds the modules of all services of this process."""

    def __init__(self, services: Mapping[str, OwnNames]) -> None:
        self._services = services
        self.found: set[str] = set()
        self._builtins = {name: _builtins_of(own) for name, own in services.items()}
        self._plain = {name: own for own in services.values() for name in own.names - own.clashing}
        shared = {name for own in services.values() for name in own.clashing - own.hiding}
        self._viewed = {name: [own for own in services.values() if name in own.names] for name in shared}

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002 - as importlib calls it
    ) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        service, colon, _ = top.partition(":")
        own = self._services.get(service) if colon else self._plain.get(top)
        if own is not None:
            spec = self._own_spec(own, fullname, path)
        else:
            spec = self._view_spec(fullname) if top in self._viewed else None
        if spec is not None:
            self.found.add(fullname)
        return spec

    def asking(self, name: str) -> OwnNames:
        """The service that asks for a name that several have. Raises ModuleNotFoundError where that is unknown."""
        owners = self._viewed[name.partition(".")[0]]
        service = current()
        for own in owners:
            if own.service == service:
                return own
        if len(owners) == 1:
            return owners[0]
        known = ", ".join(own.service for own in owners)
        message = f"Several services have a module {name!r} ({known}), and none of them asks"
        raise ModuleNotFoundError(message, name=name)

    def _own_spec(self, own: OwnNames, fullname: str, path: Sequence[str] | None) -> ModuleSpec | None:
        # Below a package, only the last part of a name counts.
        sought = fullname.rpartition(":")[2] if path is None else fullname
        found = PathFinder.find_spec(sought, own.roots if path is None else path)
        if found is None:
            return None
        if type(found.loader) is SourceFileLoader:
            loader = _OwnLoader(fullname, found.loader.path, own.service, self._builtins[own.service])
            return spec_from_loader(fullname, loader)
        if found.submodule_search_locations is not None:
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [*found.submodule_search_locations]
            return spec
        return found

    def _view_spec(self, fullname: str) -> ModuleSpec:
        real = import_module(self.asking(fullname).real(fullname))
        return ModuleSpec(fullname, _ViewLoader(self), is_package=hasattr(real, "__path__"))


class _OwnLoader(SourceFileLoader):
    """Runs a module of a service with the builtins of that service."""

    def __init__(self, fullname: str, path: str, service: str, own_builtins: dict[str, Any] | None) -> None:
        super().__init__(fullname, path)
        self._service = service
        self._own_builtins = own_builtins

    def exec_module(self, module: ModuleType) -> None:
        vars(module)[MARK] = self._service
        if self._own_builtins is not None:
            vars(module)["__builtins__"] = self._own_builtins
        super().exec_module(module)


class View(ModuleType):
    """What code gets that asks by a text for a module that several services have: the attributes of the one that asks."""

    def __init__(self, name: str, modules: OwnModules) -> None:
        super().__init__(name)
        self.__modules = modules

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_View__"):
            raise AttributeError(name)
        return getattr(self.__real(), name)

    def __dir__(self) -> list[str]:
        return dir(self.__real())

    def __real(self) -> ModuleType:
        asked: str = vars(self)["__name__"]
        return import_module(self.__modules.asking(asked).real(asked))


class _ViewLoader(Loader):
    def __init__(self, modules: OwnModules) -> None:
        self._modules = modules

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return View(spec.name, self._modules)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: it has no code."""


@contextmanager
def own_modules(services: Mapping[str, OwnNames]) -> Generator[None]:
    """Let each service import its own modules while the context lasts; afterwards they are forgotten."""
    finder = OwnModules(services)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in finder.found:
            sys.modules.pop(name, None)


def _builtins_of(own: OwnNames) -> dict[str, Any] | None:
    if not own.clashing:
        return None

    def own_import(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - as the built-in function has it
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        meant = name if level else own.real(name)
        return builtins.__import__(meant, globals, locals, fromlist or (), level)

    return {**vars(builtins), "__import__": own_import}
