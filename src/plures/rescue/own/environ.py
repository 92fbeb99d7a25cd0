"""`os.environ`, of which each service sees its own."""

import os
from collections.abc import Generator, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, Self

from .current import current


class OwnEnviron(MutableMapping[str, str]):
    """The environment of the process, with what a service has set or removed on top of it where that service asks.

    What a service writes stays its own. A child process that is started without `env` gets the environment of the process.
    """

    def __init__(self, process: MutableMapping[str, str], services: Mapping[str, Mapping[str, str]]) -> None:
        self._process = process
        self._services: dict[str, dict[str, str | None]] = {name: {**own} for name, own in services.items()}

    def __getitem__(self, key: str) -> str:
        own = self._own()
        if own is not None and key in own:
            value = own[key]
            if value is None:
                raise KeyError(key)
            return value
        return self._process[key]

    def __setitem__(self, key: str, value: str) -> None:
        own = self._own()
        if own is None:
            self._process[key] = value
        elif isinstance(value, str) and isinstance(key, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            own[key] = value
        else:
            message = f"str expected, not {type(value).__name__}"
            raise TypeError(message)

    def __delitem__(self, key: str) -> None:
        own = self._own()
        if own is None:
            del self._process[key]
        else:
            self[key]
            own[key] = None

    def __iter__(self) -> Iterator[str]:
        own = self._own() or {}
        yield from (key for key in list(self._process) if key not in own)
        yield from (key for key, value in list(own.items()) if value is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"environ of {current() or 'the process'}"

    def __or__(self, other: Mapping[str, str]) -> dict[str, str]:
        return {**self, **other}

    def __ror__(self, other: Mapping[str, str]) -> dict[str, str]:
        return {**other, **self}

    def __ior__(self, other: Mapping[str, str]) -> Self:
        self.update(other)
        return self

    def copy(self) -> dict[str, str]:
        return dict(self)

    def _own(self) -> dict[str, str | None] | None:
        name = current()
        return None if name is None else self._services.get(name)


@contextmanager
def own_environments(services: Mapping[str, Mapping[str, str]]) -> Generator[None]:
    """Let `os.environ` and `os.getenv` answer each service by its own variables while the context lasts."""
    before = os.environ
    module: Any = os
    module.environ = OwnEnviron(before, services)
    try:
        yield
    finally:
        module.environ = before
