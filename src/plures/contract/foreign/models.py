"""Models of pydantic 2: their fields, what of them cannot cross, and how one is made of its fields, which validates it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec

from plures.contract.codec import KEYWORDS

# Its own words for the types of the standard library, which it validates further.
_STANDS_FOR: Final[Mapping[str, type]] = {
    "EmailStr": str,
    "AwareDatetime": datetime,
    "PastDatetime": datetime,
    "FutureDatetime": datetime,
    "PastDate": date,
    "FutureDate": date,
}
_EMPTY: Final[Mapping[Any, object]] = {list: [], dict: {}, tuple: ()}


class ModelField(msgspec.Struct, frozen=True):
    """One field of a model.

    Attributes:
        default: `required` or `computed` of `read_fields` where it has none, or one that a factory makes.
        bounds: What the model holds it to, in the words of a JSON Schema.
    """

    name: str
    annotation: Any
    default: object
    bounds: Mapping[str, object]


def is_model(python: Any) -> bool:
    """Whether a class is a model of pydantic 2."""
    return isinstance(python, type) and hasattr(python, "__pydantic_fields__") and _is_based_on_model(python)


def is_mapped(python: Any) -> bool:
    """Whether a class is mapped to a table, by SQLAlchemy or Django."""
    bases: tuple[Any, ...] = getattr(python, "__mro__", ())
    mappers = {("sqlalchemy", "DeclarativeBase"), ("django", "Model")}
    return hasattr(python, "__mapper__") or any((_package(base), base.__name__) in mappers for base in bases)


def stands_for(python: Any) -> type | None:
    """The standard type that values of one of pydantic's own types have; None of any other."""
    if not isinstance(python, type) or _package(python) != "pydantic":
        return None
    return _STANDS_FOR.get(python.__name__)


def model_name(python: Any) -> tuple[Any, tuple[Any, ...]] | None:
    """The generic model that a concrete one such as `Page[Item]` was made of, and of which types; None of any other class."""
    made_of = getattr(python, "__pydantic_generic_metadata__", None) if is_model(python) else None
    return (made_of["origin"], made_of["args"]) if made_of and made_of["origin"] is not None else None


def model_problem(python: Any) -> str:
    """Why values of a model would not arrive as they were sent; empty where they would."""
    if any(base.__name__ == "RootModel" and _package(base) == "pydantic" for base in python.__mro__):
        return "is a RootModel, which has no fields with names"
    if python.__private_attributes__:
        return f"has private attributes ({', '.join(python.__private_attributes__)}), which would not arrive"
    if python.model_config.get("extra") == "allow":
        return 'keeps extra fields (extra="allow"), which have no type'
    hidden = [name for name, field in python.__pydantic_fields__.items() if field.exclude]
    if hidden:
        return f"leaves {', '.join(hidden)} out of what it writes (exclude=True)"
    parsed = [name for name, field in python.__pydantic_fields__.items() if any(map(_is_json, field.metadata))]
    if parsed:
        return f"reads {', '.join(parsed)} from text with JSON in it (Json), and would get what that stands for"
    odd = [name for name, field in python.__pydantic_fields__.items() if _key(python, name, field) is None]
    return f"reads {', '.join(odd)} from a path within its input (AliasPath)" if odd else ""


def read_fields(python: Any, *, required: object, computed: object) -> list[ModelField]:
    """The fields of a model. Raises what the annotations raise, where they cannot be resolved.

    Args:
        required: Stands for no default.
        computed: Stands for a default that a factory makes.
    """
    if not python.__pydantic_complete__:
        python.model_rebuild()
    fields: list[ModelField] = []
    for name, field in python.__pydantic_fields__.items():
        factory, default = field.default_factory, required
        if not field.is_required():
            default = field.default if factory is None else _EMPTY.get(factory, computed)
        fields.append(ModelField(name, field.annotation, default, _bounds(field)))
    return fields


def keeps_values(python: Any) -> bool:
    """Whether a model keeps the values of enums in place of their members."""
    return bool(python.model_config.get("use_enum_values"))


def maker(python: Any) -> Callable[[dict[str, Any]], Any]:
    """What makes a model of its fields by name. It validates them once, and fills in what is left out."""
    keys = {name: _key(python, name, field) for name, field in python.__pydantic_fields__.items()}
    validate = python.model_validate
    if all(name == key for name, key in keys.items()):
        return validate  # type: ignore[no-any-return]
    return lambda values: validate({keys[name]: value for name, value in values.items()})


def _key(python: Any, name: str, field: Any) -> str | None:
    """The name by which a model reads a field from a dict; None where it is no name."""
    alias = field.validation_alias if field.validation_alias is not None else field.alias
    if alias is None or python.model_config.get("validate_by_alias") is False:
        return name
    several = getattr(alias, "choices", None)
    chosen = next((each for each in several if isinstance(each, str)), None) if several else alias
    return chosen if isinstance(chosen, str) else None


def _bounds(field: Any) -> Mapping[str, object]:
    found: dict[str, object] = {}
    for each in field.metadata:
        for name, keyword in KEYWORDS.items():
            bound = getattr(each, name, None)
            # A bound on a date or a Decimal has no spelling in a JSON Schema.
            if isinstance(bound, int | float | str):
                found[keyword] = bound
    return found


def _is_json(metadata: Any) -> bool:
    python = metadata if isinstance(metadata, type) else type(metadata)
    return python.__name__ == "Json" and _package(python) == "pydantic"


def _is_based_on_model(python: type) -> bool:
    return any(base.__name__ == "BaseModel" and _package(base) == "pydantic" for base in python.__mro__)


def _package(python: type) -> str:
    return str(python.__module__).partition(".")[0]
