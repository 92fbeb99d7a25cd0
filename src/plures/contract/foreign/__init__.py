"""Classes of other libraries that may cross, found by what they are: none of the libraries is imported, or needed."""

from .exceptions import is_plain, made_again, parameters_of, values_of
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
    "is_plain",
    "keeps_values",
    "made_again",
    "maker",
    "model_name",
    "model_problem",
    "parameters_of",
    "read_fields",
    "stands_for",
    "values_of",
]
