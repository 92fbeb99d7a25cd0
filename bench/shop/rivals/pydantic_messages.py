"""Lets pydantic read JSON into the marketplace's own messages, and write JSON from them.

A team on FastAPI would write its types for pydantic. The business code here has messages, so without this module the
FastAPI services would pay for a conversion that such a team does not need. It is faster than pydantic's own models.
"""

from types import SimpleNamespace, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_BOUNDS = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length")


def teach(annotation: Any) -> Any:
    """Make each message class in a type known to pydantic. Returns the type, with its bounds as pydantic writes them."""
    if isinstance(annotation, msgspec.StructMeta):
        _teach_class(annotation)
        return annotation
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner, *metadata = arguments
        return Annotated[(teach(inner), *(_bound(each) for each in metadata))]
    if origin in (Union, UnionType):
        return Union[tuple(teach(each) for each in arguments)]  # noqa: UP007 - the members are only known now
    return tuple[teach(arguments[0]), ...] if origin is tuple else annotation


def _bound(metadata: Any) -> Any:
    if not isinstance(metadata, msgspec.Meta):
        return metadata
    return Field(**{name: value for name in _BOUNDS if (value := getattr(metadata, name)) is not None})


def _teach_class(message: Any) -> None:
    if "__get_pydantic_core_schema__" in vars(message):
        return
    # By this attribute pydantic's serializer recognises a dataclass.
    message.__dataclass_fields__ = {}
    message.__dataclass_params__ = SimpleNamespace(frozen=True)
    message.__get_pydantic_core_schema__ = classmethod(_schema_of)


def _schema_of(message: Any, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    """Pydantic calls the class with the fields of a JSON object, and passes on a message that exists already."""
    parameters, attributes = [], []
    hints = get_type_hints(message, include_extras=True)
    for field in msgspec.structs.fields(message):
        schema = handler.generate_schema(teach(hints[field.name]))
        attributes.append(core_schema.dataclass_field(field.name, schema))
        parameters.append(
            core_schema.arguments_parameter(field.name, _with_default(field, schema), mode="keyword_only")
        )
    name, fields = message.__name__, list(message.__struct_fields__)
    written = core_schema.dataclass_schema(
        message, core_schema.dataclass_args_schema(name, attributes), fields, slots=True, frozen=True
    )
    read = core_schema.call_schema(core_schema.arguments_schema(parameters), message, return_schema=written)
    existing = core_schema.lax_or_strict_schema(core_schema.is_instance_schema(message), written)
    reference = f"{message.__module__}.{message.__qualname__}"
    passed_on = core_schema.union_schema([existing, read], mode="left_to_right")
    return core_schema.json_or_python_schema(read, passed_on, ref=reference)


def _with_default(field: msgspec.structs.FieldInfo, schema: CoreSchema) -> CoreSchema:
    return schema if field.required else core_schema.with_default_schema(schema, default=field.default)
