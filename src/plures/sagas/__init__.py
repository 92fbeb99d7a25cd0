"""Layer 5: sagas. Work of several steps that ends done, taken back, or visibly parked, whatever dies meanwhile.

*From a call to an end.* A service begins a saga (`sagas`): a row in the database of its capability, in a transaction of the service or in one of
its own. The worker of the replica (`worker`) runs the method (`run`), which takes its steps one by one (`steps`, `attempts`); what each answers is noted
(`notes`, `journal`) before a step begins that may depend on it. After a crash the method runs again from its beginning, and gets the answers that were noted. Where it
fails, the steps that it said how to undo are undone, the last first. Each saga belongs to one worker at a time: the process that holds the file,
or on PostgreSQL the one whose name it carries, while that shows that it is alive.

Source: docs/adr/0025-sagas.md
"""

from .declaring import Definition, Saga, Step, read_sagas, saga, sagas_of
from .errors import (
    RunInWrite,
    SagaChanged,
    SagaCompensated,
    SagaIdReused,
    SagaNotBegun,
    SagaParked,
    SagaUnknown,
    SagaUnreadable,
    SagaVersionGone,
    StepUnfit,
)
from .keeping import (
    Instance,
    Journal,
    Kind,
    Record,
    State,
    is_prepared,
    make_tables,
    operations,
    park_uncertain,
    prepare,
)
from .opening import check_none_left, open_sagas
from .pace import Pace
from .sagas import Sagas
from .worker import Worker

__all__ = [
    "Definition",
    "Instance",
    "Journal",
    "Kind",
    "Pace",
    "Record",
    "RunInWrite",
    "Saga",
    "SagaChanged",
    "SagaCompensated",
    "SagaIdReused",
    "SagaNotBegun",
    "SagaParked",
    "SagaUnknown",
    "SagaUnreadable",
    "SagaVersionGone",
    "Sagas",
    "State",
    "Step",
    "StepUnfit",
    "Worker",
    "check_none_left",
    "is_prepared",
    "make_tables",
    "open_sagas",
    "operations",
    "park_uncertain",
    "prepare",
    "read_sagas",
    "saga",
    "sagas_of",
]
