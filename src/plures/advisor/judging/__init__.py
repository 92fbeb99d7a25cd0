"""From measurements to advice: evidence, verdicts and plans. Does not know how advice is shown."""

from .advice import advise, plan
from .judgement import (
    Advice,
    CutStep,
    Evidence,
    Finding,
    MergePlan,
    ObservedGain,
    Operation,
    Pressure,
    SplitPlan,
    Verdict,
)

__all__ = [
    "Advice",
    "CutStep",
    "Evidence",
    "Finding",
    "MergePlan",
    "ObservedGain",
    "Operation",
    "Pressure",
    "SplitPlan",
    "Verdict",
    "advise",
    "plan",
]
