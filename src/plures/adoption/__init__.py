"""Layer 7, adoption: reads a web application that knows nothing of Plures, and writes what takes its first capability out.

It runs none of the code that it reads. What is found is in `finding`, what is written in `writing`, and `adopting` leads from the one to
the other.
"""

from .adopting import Adoption, Left, adopt
from .finding import Caller, Candidate, Operation, Problem, WebApplication

__all__ = ["Adoption", "Caller", "Candidate", "Left", "Operation", "Problem", "WebApplication", "adopt"]
