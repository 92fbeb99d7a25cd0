"""`plures call`: one operation of a running application, from the command line."""

import sys

import click

from .console import json_option, mistakes_explained


@click.command("call", short_help="Call one operation and print its answer.")
@click.argument("operation", metavar="PACKAGE.CONTRACT/OPERATION")
@click.argument("arguments", metavar="[NAME=VALUE]...", nargs=-1)
@click.option(
    "--at", default="http://127.0.0.1:8001", show_default=True, help="Control address of a replica that hosts it."
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0.001),
    help="Seconds to wait. Default: the operation's deadline.",
)
@json_option
def call_command(
    operation: str, arguments: tuple[str, ...], *, at: str, timeout_s: float | None, as_json: bool
) -> None:
    """Call one operation of a running application and print its answer.

    \b
    plures call marketplace.search.v1.Search/Find text=lens limit=3
    plures call marketplace.pricing.v1.Pricing/QuoteMany product_ids=p1 product_ids=p2
    Write text as it is; write numbers, true, lists and messages as JSON.
    """  # noqa: D301 - click reads the \b
    from .calling import call

    with mistakes_explained(as_json=as_json):
        sys.exit(call(operation, arguments, at=at, timeout_s=timeout_s, as_json=as_json))
