"""Layer 10: load. Visitors who arrive when they are due, whether or not earlier ones were served, and what they met.

    profile      what a scenario file says: `Profile`
    scenario     reads such a file
    arrivals     who arrives when, whether they become more (`Ramp`), and what is popular (`Zipf`)
    driving      begins each journey when it is due, within bounds
    visiting     what a journey holds: `Visitor`, its requests and its calls
    counting     what is counted while it runs, in bounded memory
    reports      what is told of it: data, text, a page

It knows no application: the command line finds one, and says where it answers.
"""

from .arrivals import Arrival, Ramp, Zipf, arrivals
from .counting import Counts, Latencies
from .driving import Bounds, Driven, drive
from .profile import Journey, Profile
from .reports import Limit, NoLimit, Report, limits_of, missed, report_of, to_html, to_json, to_text, verdicts
from .running import Load, NotPrepared, Ran, run_load
from .scenario import ScenarioNotRead, read_scenario
from .visiting import Answer, CheckFailed, NotConnected, Target, Visitor

__all__ = [
    "Answer",
    "Arrival",
    "Bounds",
    "CheckFailed",
    "Counts",
    "Driven",
    "Journey",
    "Latencies",
    "Limit",
    "Load",
    "NoLimit",
    "NotConnected",
    "NotPrepared",
    "Profile",
    "Ramp",
    "Ran",
    "Report",
    "ScenarioNotRead",
    "Target",
    "Visitor",
    "Zipf",
    "arrivals",
    "drive",
    "limits_of",
    "missed",
    "read_scenario",
    "report_of",
    "run_load",
    "to_html",
    "to_json",
    "to_text",
    "verdicts",
]
