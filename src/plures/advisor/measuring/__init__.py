"""What the reading amounts to: couplings, independence, teams and tables, together a survey. Judges nothing."""

from .changes import MONTH_S, QUARTERS
from .coupling import Coupling
from .messaging import EventFlow, SagaBond
from .staffing import Staffing, author_overlap
from .survey import Survey, survey
from .tables import SharedDatabase, Table, shared_tables

__all__ = [
    "MONTH_S",
    "QUARTERS",
    "Coupling",
    "EventFlow",
    "SagaBond",
    "SharedDatabase",
    "Staffing",
    "Survey",
    "Table",
    "author_overlap",
    "shared_tables",
    "survey",
]
