"""What is there: the web application, what could be a capability, and who calls it."""

from .applications import WebApplication, find_application
from .calls import Caller
from .candidates import Candidate, find_candidates
from .crossing import Crossing
from .operations import Operation, Problem, defaults, parameters, returns_nothing

__all__ = [
    "Caller",
    "Candidate",
    "Crossing",
    "Operation",
    "Problem",
    "WebApplication",
    "defaults",
    "find_application",
    "find_candidates",
    "parameters",
    "returns_nothing",
]
