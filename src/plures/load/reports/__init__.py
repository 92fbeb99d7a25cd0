"""What is told of a load: as data, as text on a terminal, as a page of its own."""

from .judging import verdicts
from .limits import Limit, NoLimit, limits_of, missed
from .page import to_html
from .report import JourneyReport, Moment, Report, SlowReport, StepReport, report_of, to_json
from .text import to_text

__all__ = [
    "JourneyReport",
    "Limit",
    "Moment",
    "NoLimit",
    "Report",
    "SlowReport",
    "StepReport",
    "limits_of",
    "missed",
    "report_of",
    "to_html",
    "to_json",
    "to_text",
    "verdicts",
]
