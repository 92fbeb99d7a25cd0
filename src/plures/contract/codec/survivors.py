"""Members of enums that only peers have: a name or a number that the enum here does not declare."""

import copyreg
from collections.abc import Callable
from enum import Enum
from typing import Any, Final, cast

_MOST: Final = 1000
"""How many of them an enum remembers: a hostile peer must not fill the memory with invented ones."""
_KNOWN: Final[dict[type[Enum], dict[object, Enum]]] = {}
"""By their enum: members compare by identity, and what two contracts name alike is alike."""
_SHOWING: Final[dict[str, Callable[[object], str]]] = {"__repr__": repr, "__str__": str, "__format__": format}


def member_of(python: type[Enum], data: str | int) -> Enum:
    """The member that a peer names or numbers; one that lives on, where the enum does not declare it.

    Raises:
        Exception: Whatever the base of the enum raises that has no empty value, such as date.
    """
    found = python.__members__.get(data) if isinstance(data, str) else numbered(python).get(data)
    return survivor(python, data) if found is None else found


def numbered(python: type[Enum]) -> dict[int, Enum]:
    """The members by their numbers. Only whole numbers are some: other values may not even be hashable."""
    return {m.value: m for m in python if isinstance(m.value, int) and not isinstance(m.value, bool)}


def survivor(python: type[Enum], data: str | int) -> Enum:
    """The member for what an enum does not declare: that is its value, and as text its name. Raises as `member_of` does."""
    known = _KNOWN.setdefault(python, {})
    if data not in known:
        if len(known) >= _MOST:
            known.clear()
        made = _made(python, data)
        _let_show(made)
        if python not in copyreg.dispatch_table:
            copyreg.pickle(python, _pickled)
        known[data] = made
    return known[data]


def _made(python: type[Enum], data: str | int) -> Enum:
    # The base that makes the values of an enum such as a StrEnum, if it has one.
    bases: tuple[Any, ...] = python.__mro__
    makers = (base for base in bases if not issubclass(base, Enum) and base.__new__ is not object.__new__)
    base: Any = next(makers, object)
    # Enum has no public way to make a value that it did not declare; `Flag` makes its own in this same way.
    made: Any = base.__new__(python, *_payload(base, data))
    made._name_, made._value_ = str(data), data
    return cast("Enum", made)


def _payload(base: type, data: str | int) -> tuple[object, ...]:
    if base is object:
        return ()
    if base is str:
        # A number too: what is printed of it is its text.
        return (str(data),)
    return (data,) if isinstance(data, base) else (base(),)


def _let_show(made: Enum) -> None:
    """Let it be shown. An enum that makes text of its values fails where one is a number."""
    for name, show in _SHOWING.items():
        try:
            show(made)
        except Exception:  # noqa: BLE001 - whatever the enum raises whose value is none of its own
            type.__setattr__(made.__class__, name, _showing(getattr(made.__class__, name), name))


def _showing(own: Callable[..., object], name: str) -> Callable[..., object]:
    """What shows members; those that the enum declares as it did before."""

    def showing(self: Enum, *how: str) -> object:
        try:
            shown = own(self, *how)
        except Exception:
            if self.name in self.__class__.__members__:
                raise
        else:
            if isinstance(shown, str) or self.name in self.__class__.__members__:
                return shown
        return (
            f"<{self.__class__.__name__}.{self.name}: {self.value!r}>"
            if name == "__repr__"
            else format(self.name, *how)
        )

    return showing


def _pickled(member: Enum) -> Any:
    if member.name in member.__class__.__members__:
        return member.__reduce_ex__(2)
    # By its value alone, no process that unpickles it would find a member.
    return member_of, (member.__class__, member.value)
