"""From measurements to advice: evidence, verdicts and plans."""

from .advice import advise, plan
from .judgement import Advice, Evidence, Finding, MergePlan, Pressure, SplitPlan, Verdict

__all__ = ["Advice", "Evidence", "Finding", "MergePlan", "Pressure", "SplitPlan", "Verdict", "advise", "plan"]
