"""The rule that the figures of `[telemetry]` must keep, as data."""

from plures.errors import Rule

FIGURE = Rule("topology.telemetry", "is {value}, and must be {allowed}: {reason}", "Write {example}.")
