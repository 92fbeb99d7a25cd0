"""What operators may do with the sagas whose databases are open in this replica."""

from .admin import SagaAdminService, SagaDesk, sagas_counted
from .admin_contract import (
    NoSuchSaga,
    SagaAdmin,
    SagaCount,
    SagaDetails,
    SagaFilter,
    SagasChanged,
    SagaState,
    SagaStep,
    SagaSummary,
)

__all__ = [
    "NoSuchSaga",
    "SagaAdmin",
    "SagaAdminService",
    "SagaCount",
    "SagaDesk",
    "SagaDetails",
    "SagaFilter",
    "SagaState",
    "SagaStep",
    "SagaSummary",
    "SagasChanged",
    "sagas_counted",
]
