"""`plures scale`: how many replicas a process has, and should have."""

import click

from plures.cli.lazily import LazyGroup


class _Scale(LazyGroup):
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """`search=8` is no name of a command: it is what `to` is told."""
        return super().resolve_command(ctx, ["to", *args] if "=" in args[0] else args)


@click.group(
    "scale",
    cls=_Scale,
    short_help="Have more replicas or fewer.",
    lazy={"to": "plures.cli.operating.scaling:to_command", "plan": "plures.cli.scale.plan:plan_command"},
)
def scale_group() -> None:
    """Have more replicas of a process or fewer, as in `plures scale search=8`, and find out how many a load needs."""


__all__ = ["scale_group"]
