"""Classes of other libraries that may cross, found by what they are: none of the libraries is imported, or needed."""

from .models import (
    ModelField,
    is_mapped,
    is_model,
    keeps_values,
    maker,
    model_name,
    model_problem,
    read_fields,
    stands_for,
)

__all__ = [
    "ModelField",
    "is_mapped",
    "is_model",
    "keeps_values",
    "maker",
    "model_name",
    "model_problem",
    "read_fields",
    "stands_for",
]
