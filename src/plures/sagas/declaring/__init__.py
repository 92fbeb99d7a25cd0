"""What a service says of its sagas and their steps, read and checked."""

from .calling import DONE, Called, called, is_passing, may_have_run
from .declaration import MOST_ATTEMPTS, SAGA, saga
from .definition import Definition, read_sagas, sagas_of
from .handle import Part, Saga, Step, in_step

__all__ = [
    "DONE",
    "MOST_ATTEMPTS",
    "SAGA",
    "Called",
    "Definition",
    "Part",
    "Saga",
    "Step",
    "called",
    "in_step",
    "is_passing",
    "may_have_run",
    "read_sagas",
    "saga",
    "sagas_of",
]
