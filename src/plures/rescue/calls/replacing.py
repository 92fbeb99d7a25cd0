"""Puts a method of ours in the place of one of a library, once that is imported, and takes it away again."""

import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any, TypeAlias

Then: TypeAlias = Callable[[Any, ExitStack], None]
"""What to do with a module. What the stack holds is undone in the end."""


def replace(undo: ExitStack, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace a public method by what `make` makes of it, until `undo` closes."""
    original = getattr(owner, name)
    setattr(owner, name, make(original))
    undo.callback(setattr, owner, name, original)


@contextmanager
def when_imported(wanted: Mapping[str, Then]) -> Generator[None]:
    """Do something with modules: at once with those that are imported, later with others. What nothing imports costs no memory."""
    with ExitStack() as undo:
        finder = _Finder(dict(wanted), undo)
        for name, then in wanted.items():
            module = sys.modules.get(name)
            if module is not None:
                del finder.wanted[name]
                then(module, undo)
        sys.meta_path.insert(0, finder)
        undo.callback(sys.meta_path.remove, finder)
        yield


class _Finder(MetaPathFinder):
    def __init__(self, wanted: dict[str, Then], undo: ExitStack) -> None:
        self.wanted = wanted
        self._undo = undo

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - as importlib calls it
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        then = self.wanted.pop(fullname, None)
        if then is None:
            return None
        spec = find_spec(fullname)
        if spec is None or spec.loader is None:
            # It may be installed later.
            self.wanted[fullname] = then
            return None
        spec.loader = _Loader(spec.loader, then, self._undo)
        return spec


class _Loader(Loader):
    """Leaves the module with the loader that it would have had."""

    def __init__(self, original: Loader, then: Then, undo: ExitStack) -> None:
        self._original = original
        self._then = then
        self._undo = undo

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._original.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._original
        if module.__spec__ is not None:
            module.__spec__.loader = self._original
        self._original.exec_module(module)
        self._then(module, self._undo)
