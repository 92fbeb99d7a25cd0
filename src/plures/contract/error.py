"""`ContractError`: an error that a contract declares, and that callers may therefore rely on."""

import inspect
from typing import Any, ClassVar, Self, dataclass_transform

from plures.errors import ErrorDetail, PluresError, Status

from .annotations import is_class_variable, own_annotations


@dataclass_transform(kw_only_default=True)
class ContractError(PluresError):
    """An error that a contract declares; its annotated fields travel with it.

    The first line of the docstring is the message, unless `with_text` says another one. `class Sold(ContractError, status="failed_precondition")` chooses the
    Connect code that peers see.
    """

    code = "contract.error"
    error_details: tuple[ErrorDetail, ...] = ()
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

    def with_text(self, text: str) -> Self:
        """The same error with another message than the first line of its docstring. Callers see it: put no secret into it."""
        self.what = text
        return self

    def with_details(self, *details: ErrorDetail) -> Self:
        """The same error, which carries these besides: what a peer sent with its error is passed on so."""
        self.error_details = (*self.error_details, *details)
        return self

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
        return _rebuild, (type(self), self.what, self.fields, self.error_details)


class AnyError(ContractError):
    """Whatever status, text and details: for services that pass on errors that no list can hold.

    Its callers get a `CallError` with the same, as they get every failure that their contract does not name.
    """

    def __init__(self, status: Status = Status.UNKNOWN, text: str = "", /) -> None:
        """Choose what callers see.

        Args:
            text: What went wrong.
        """
        super().__init__()
        self.what = text or self.what
        # A class of errors has one status; this one has that of each error.
        vars(self)["status"] = Status(status)

    def __reduce__(self) -> tuple[Any, ...]:
        return _any_again, (self.status, self.what, self.error_details)


def _any_again(status: Status, text: str, details: tuple[ErrorDetail, ...]) -> ContractError:
    return AnyError(status, text).with_details(*details)


def _rebuild(
    python: type[ContractError], text: str, fields: dict[str, Any], details: tuple[ErrorDetail, ...]
) -> ContractError:
    return python(**fields).with_text(text).with_details(*details)


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
