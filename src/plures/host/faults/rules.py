"""The rules that faults on demand must keep, as data: the reference of errors prints them."""

from plures.errors import Rule

FORM = Rule("faults.form", "{text!r} is not a fault", "Write TARGET=KIND:HOW, such as search=latency:200ms,error:5%.")
CAPABILITY = Rule("faults.capability", "the application has no capability {name!r}", "{hint}")
ELSEWHERE = Rule(
    "faults.elsewhere",
    "capability {name!r} does not run here, and {kind} would hit no call",
    "Ask for it where the capability runs; unavailable:10% can be asked for here.",
)
OPERATION = Rule("faults.operation", "capability {capability!r} has no operation {name!r}", "{hint}")
KIND = Rule("faults.kind", "{text!r} is not a kind of fault", "{hint}")
DURATION = Rule(
    "faults.duration",
    "{text!r} is not a time up to an hour",
    "Write a number with ms or s, such as 200ms, or a range of two, such as 200ms..400ms.",
)
RANGE = Rule("faults.range", "{text!r} ends before it begins", "Write the shorter time first.")
SHARE = Rule("faults.share", "{text!r} is not a share of the calls", "Write a number from 0 to 100 with %, such as 5%.")
TWICE = Rule("faults.twice", "{target} has {kind} already", "Keep one of them.")
SUM = Rule(
    "faults.sum",
    "error and hang of {target} come to {percent:g} % of its calls",
    "Lower them to 100 % together at most: a call has one of them.",
)
