"""`plures scale`: how many replicas a process should have."""

import click

from plures.cli.lazily import LazyGroup


@click.group(
    "scale",
    cls=LazyGroup,
    short_help="Find out how many replicas a load needs.",
    lazy={"plan": "plures.cli.scale.plan:plan_command"},
)
def scale_group() -> None:
    """Find out how many replicas a load needs, and which settings choose them."""


__all__ = ["scale_group"]
