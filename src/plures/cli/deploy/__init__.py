"""`plures deploy`: from the code in this folder to what runs."""

import click

from plures.cli.lazily import LazyGroup


@click.group(
    "deploy",
    cls=LazyGroup,
    short_help="Check what is to be deployed, render what runs it elsewhere, and watch it.",
    lazy={
        "check": "plures.cli.deploy.checking:check_command",
        "canary": "plures.cli.deploy.canary:canary_command",
        "compose": "plures.cli.deploy.composing:compose_command",
        "kubernetes": "plures.cli.deploy.kubernetes:kubernetes_command",
    },
)
def deploy_group() -> None:
    """Bring the code in this folder to where it runs."""


__all__ = ["deploy_group"]
