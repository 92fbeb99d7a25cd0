"""`ContractError`: an error that a contract declares, and that callers may therefore rely on."""

import inspect
from typing import Any, ClassVar, dataclass_transform

from plures.errors import PluresError, Status

from .annotations import is_class_variable, own_annotations


@dataclass_transform(kw_only_default=True)
class ContractError(PluresError):
    """An error that a contract declares; its annotated fields travel with it.

    The first line of the docstring is the message. `class Sold(ContractError, status="failed_precondition")` chooses the
    Connect code that peers see.
    """

    code = "contract.error"
    status: ClassVar[Status] = Status.FAILED_PRECONDITION

    def __init_subclass__(cls, *, status: str | None = None) -> None:
        cls.code = f"contract.{cls.__name__}"
        if status is not None:
            cls.status = Status(status)

    def __init__(self, **fields: Any) -> None:
        super().__init__(inspect.cleandoc(type(self).__doc__ or type(self).__name__).splitlines()[0])
        names = field_names(type(self))
        missing = [name for name in names if name not in fields and not hasattr(type(self), name)]
        unknown = [name for name in fields if name not in names]
        if missing or unknown:
            problem = [f"missing {name!r}" for name in missing] + [f"unexpected {name!r}" for name in unknown]
            message = f"{type(self).__name__}(): {', '.join(problem)}"
            raise TypeError(message)
        for name in names:
            setattr(self, name, fields[name] if name in fields else getattr(type(self), name))

    @property
    def fields(self) -> dict[str, Any]:
        """The declared fields and their values."""
        return {name: getattr(self, name) for name in field_names(type(self))}

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.fields.items())
        return f"{self.what} ({details})" if details else self.what

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ContractError) and type(other) is type(self) and self.fields == other.fields

    def __hash__(self) -> int:
        return hash((type(self), *self.fields.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.fields)


def _rebuild(python: type[ContractError], fields: dict[str, Any]) -> ContractError:
    return python(**fields)


def field_names(python: type[ContractError]) -> tuple[str, ...]:
    """The fields that subclasses of `ContractError` annotate, base classes first, each once: a class may narrow those of its base."""
    names = [
        name
        for base in reversed(python.__mro__)
        if issubclass(base, ContractError) and base is not ContractError
        for name, annotation in own_annotations(base).items()
        if not is_class_variable(annotation)
    ]
    return tuple(dict.fromkeys(names))
