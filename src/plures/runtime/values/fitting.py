"""Holds answers to their types, in every placement alike, as far as that is cheap.

Source: docs/adr/0014-checked-answers.md
"""

from plures.contract import Fits, Malformed, OperationDescription, Problems, TooDeep, shape_of
from plures.runtime.failures import bad_answer


def answer_shape(operation: OperationDescription) -> Fits:
    """Whether a value looks like an answer of the operation; `refuse_misfit` decides about those that do not."""
    message = operation.answer.message
    if not operation.wraps_answer:
        return shape_of(message)
    return shape_of(message.fields[0].type) if message.fields else _is_none


def _is_none(value: object) -> bool:
    return value is None


def refuse_misfit(operation: OperationDescription, value: object) -> None:
    """Raise the failure of an operation whose answer is not of its type; the exact way of the codec decides."""
    message = operation.answer.message
    try:
        if operation.wraps_answer and not message.fields:
            raise bad_answer(_no_value(value), operation)
        operation.answer.encode_checked(message.python(value) if operation.wraps_answer else value)
    except (Malformed, TooDeep) as error:
        raise bad_answer(error, operation) from None


def _no_value(value: object) -> Malformed:
    problems = Problems()
    problems.add("the answer", f"expected None, got {type(value).__name__}")
    return Malformed(problems)
