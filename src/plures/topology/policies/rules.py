"""The rules that the figures of `[policy]` must keep, as data."""

from plures.errors import Rule

FIGURE = Rule("topology.policy_figure", "is {value}, and must be {allowed}: {reason}", "Write {example}.")
LEAST_ABOVE_MOST = Rule(
    "topology.policy_figure",
    "has least_at_once = {least} above most_at_once = {most}",
    "Lower least_at_once, or raise most_at_once.",
)
