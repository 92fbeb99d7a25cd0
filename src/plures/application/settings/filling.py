"""Settings are filled: from the environment first, then from plures.toml, then from their defaults. All that is wrong is told at once."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from plures.errors import InvalidInput, Violation, did_you_mean

from . import rules
from .kinds import fields_of, is_secret, kinds_of, settings_in, variable_of
from .settings import Settings
from .texts import convert, is_void
from .texts import read as read_text

S = TypeVar("S", bound=Settings)
_REFERENCE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_FILE: Final = "_file"
_ABSENT: Final = object()


def files_read(path: Path) -> str:
    """The text of a file, without the end of its line. Raises `OSError` or `ValueError`."""
    return path.read_text(encoding="utf-8").rstrip("\r\n")


def fill(
    settings: type[S],
    capability: str,
    said: Mapping[str, Any],
    variables: Mapping[str, str],
    *,
    folder: Path = Path(),
    read: Callable[[Path], str] = files_read,
) -> tuple[S | None, list[Violation]]:
    """The settings of a capability, and what is wrong or missing; None where anything is.

    Args:
        said: What plures.toml says of them.
        variables: The environment.
        folder: What relative paths of files are relative to.
    """
    filling = _Filling(capability, variables, folder, read)
    made = filling.made(settings, said, ())
    return (None if filling.violations else cast("S", made)), filling.violations


def fill_all(
    asked: Mapping[str, type[Settings] | None],
    said: Mapping[str, Mapping[str, Any]],
    variables: Mapping[str, str],
    folder: Path,
) -> dict[str, object]:
    """Capability → its settings, of those that ask for some.

    Raises:
        InvalidInput: With all that is missing or wrong, in any of them.
    """
    filled: dict[str, object] = {}
    violations: list[Violation] = []
    for name, settings in asked.items():
        if settings is not None:
            filled[name], wrong = fill(settings, name, said.get(name, {}), variables, folder=folder)
            violations += wrong
    if violations:
        raise InvalidInput("The configuration", violations)
    return filled


def sources_of(
    settings: type[Settings], capability: str, said: Mapping[str, Any], variables: Mapping[str, str], folder: Path
) -> dict[str, str]:
    """Field → where its value comes from: a variable, a file, a key of plures.toml, its default, or nowhere. No value is among it."""
    filling = _Filling(capability, variables, folder, files_read)
    filling.made(settings, said, ())
    return filling.sources


class _Filling:
    def __init__(
        self, capability: str, variables: Mapping[str, str], folder: Path, read: Callable[[Path], str]
    ) -> None:
        self._capability = capability
        self._variables = variables
        self._folder = folder
        self._read = read
        self.violations: list[Violation] = []
        # Field → where its value came from.
        self.sources: dict[str, str] = {}

    def made(self, settings: type[Settings], said: Mapping[str, Any], path: tuple[str, ...]) -> object:
        """The settings, or None where a field has no value."""
        kinds = kinds_of(settings)
        self._check_names(said, kinds, path)
        values: dict[str, Any] = {}
        fields = fields_of(settings)
        for name, kind in kinds.items():
            value = self._value(kind, said, (*path, name), is_required=fields[name].required)
            if value is not _ABSENT:
                values[name] = value
        return None if self.violations else settings(**values)

    def _check_names(self, said: Mapping[str, Any], kinds: Mapping[str, Any], path: tuple[str, ...]) -> None:
        for name in said:
            if name not in kinds and name.removesuffix(_FILE) not in kinds:
                hint = did_you_mean(name, kinds) or f"Known: {', '.join(kinds)}."
                self.violations.append(rules.UNKNOWN.broken(self._key((*path, name)), hint=hint))

    def _value(self, kind: Any, said: Mapping[str, Any], path: tuple[str, ...], *, is_required: bool) -> Any:
        name = path[-1]
        inner = settings_in(kind)
        if inner is not None:
            return self._inner(inner, said.get(name, {}), path, is_required=is_required)
        try:
            found = self._found(said, path, kind)
            self.sources[".".join(path)] = "missing" if is_required else "default"
            if found is None:
                if is_required:
                    self._miss(path, kind)
                return _ABSENT
            where, value = found
            self.sources[".".join(path)] = found[0]
        except _Trouble as trouble:
            self.sources[".".join(path)] = "unreadable"
            self.violations.append(trouble.violation)
            return _ABSENT
        return self._converted(value, kind, where)

    def _inner(self, settings: type[Settings], said: object, path: tuple[str, ...], *, is_required: bool) -> Any:
        if not isinstance(said, Mapping):
            self.violations.append(rules.WRONG.broken(self._key(path), reason="a table belongs here"))
        elif said or is_required or self._is_told(settings, path):
            return self.made(settings, cast("Mapping[str, Any]", said), path)
        return _ABSENT

    def _is_told(self, settings: type[Settings], path: tuple[str, ...]) -> bool:
        """Whether the environment has a value for settings within others."""
        for name, kind in kinds_of(settings).items():
            inner, variable = settings_in(kind), self._variable((*path, name))
            if variable in self._variables or f"{variable}_FILE" in self._variables:
                return True
            if inner is not None and self._is_told(inner, (*path, name)):
                return True
        return False

    def _found(self, said: Mapping[str, Any], path: tuple[str, ...], kind: Any) -> tuple[str, Any] | None:
        """A value as it is written, and where it stands; None where it is left out."""
        variable, name = self._variable(path), path[-1]
        if variable in self._variables and not is_void(self._variables[variable], kind):
            return f"variable {variable}", read_text(self._variables[variable], kind)
        if self._variables.get(f"{variable}_FILE"):
            return self._of_file(Path(self._variables[f"{variable}_FILE"]), f"variable {variable}_FILE", kind)
        if name in said and f"{name}{_FILE}" in said:
            raise _Trouble(rules.TWICE.broken(self._key(path), name=name))
        if name in said:
            return self._said(said[name], self._key(path), kind)
        if f"{name}{_FILE}" in said:
            key = self._key((*path[:-1], f"{name}{_FILE}"))
            return self._of_file(self._folder / str(said[f"{name}{_FILE}"]), key, kind)
        return None

    def _said(self, value: Any, key: str, kind: Any) -> tuple[str, Any]:
        if not isinstance(value, str):
            if is_secret(kind):
                raise _Trouble(rules.LITERAL_SECRET.broken(key))
            return key, value
        names = _REFERENCE.findall(value)
        if is_secret(kind) and not names:
            raise _Trouble(rules.LITERAL_SECRET.broken(key))
        for name in names:
            if name not in self._variables or (is_secret(kind) and not self._variables[name]):
                raise _Trouble(rules.REFERENCE.broken(key, name=name))
        key += f" ({', '.join(f'${{{name}}}' for name in names)})" if names else ""
        filled = _REFERENCE.sub(lambda match: self._variables[match[1]], value)
        return key, read_text(filled, kind) if names else filled

    def _of_file(self, path: Path, where: str, kind: Any) -> tuple[str, Any]:
        try:
            text = self._read(path)
            if is_void(text, kind):
                raise _Trouble(rules.FILE.broken(where, path=path, reason="it is empty"))
            return f"{where} ({path})", read_text(text, kind)
        except OSError as error:
            raise _Trouble(rules.FILE.broken(where, path=path, reason=error.strerror or error)) from None
        except ValueError:
            raise _Trouble(rules.FILE.broken(where, path=path, reason="it is not UTF-8 text")) from None

    def _converted(self, value: Any, kind: Any, where: str) -> Any:
        try:
            return convert(value, kind)
        except ValueError as error:
            self.violations.append(rules.WRONG.broken(where, reason=error))
            return _ABSENT

    def _miss(self, path: tuple[str, ...], kind: Any) -> None:
        variable, key = self._variable(path), path[-1]
        rule = rules.SECRET_MISSING if is_secret(kind) else rules.MISSING
        where = ".".join(path)
        self.violations.append(
            rule.broken(
                f"setting {where} of {self._capability!r}", variable=variable, table=self._table(path[:-1]), key=key
            )
        )

    def _variable(self, path: tuple[str, ...]) -> str:
        return variable_of(self._capability, path)

    def _table(self, path: tuple[str, ...]) -> str:
        return f"[{'.'.join(('capabilities', self._capability, 'settings', *path))}]"

    def _key(self, path: tuple[str, ...]) -> str:
        return f"plures.toml {self._table(path[:-1])} {path[-1]}"


class _Trouble(Exception):
    def __init__(self, violation: Violation) -> None:
        super().__init__(violation)
        self.violation = violation
