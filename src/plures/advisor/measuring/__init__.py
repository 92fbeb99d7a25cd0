"""What the reading amounts to: couplings, independence, teams and tables, as one survey. No judgement."""

from .coupling import MONTH_S, QUARTERS, Coupling
from .survey import Survey, survey
from .tables import Table
from .teams import Staffing, owner_overlap

__all__ = ["MONTH_S", "QUARTERS", "Coupling", "Staffing", "Survey", "Table", "owner_overlap", "survey"]
