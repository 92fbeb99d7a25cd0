"""`plures call`: one operation of a running application, from the command line."""

import sys
from pathlib import Path

import click

from .console import json_option, mistakes_explained, say
from .project import data_of, file_option


@click.command("call", short_help="Call one operation and print its answer.")
@click.argument("operation", metavar="PACKAGE.CONTRACT/OPERATION")
@click.argument("arguments", metavar="[NAME=VALUE]...", nargs=-1)
@click.option(
    "--at", help="Control address of a replica that hosts it. Default: the application that runs from this folder."
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0.001),
    help="Seconds to wait. Default: the operation's deadline.",
)
@click.option(
    "--explain",
    "is_explained",
    is_flag=True,
    help="Show what holds for the call, how replicas and callers stand, and what was done: who was asked, how often, and why.",
)
@click.option(
    "--as",
    "behalf",
    metavar="JSON",
    help='On whose behalf: the request context of the application, as in \'{"user":"anna"}\'.',
)
@click.option(
    "--header",
    "headers",
    metavar="NAME=VALUE",
    multiple=True,
    help="A header that the operation declares. May be given several times.",
)
@click.option("--data", type=click.Path(path_type=Path), help="The --data of the run, where it was given one.")
@file_option
@json_option
def call_command(
    operation: str,
    arguments: tuple[str, ...],
    *,
    at: str | None,
    timeout_s: float | None,
    is_explained: bool,
    behalf: str | None,
    headers: tuple[str, ...],
    data: Path | None,
    file: Path,
    as_json: bool,
) -> None:
    """Call one operation of a running application and print its answer.

    Without --at it calls what `plures run` has started from the plures.toml in this folder, whichever of its processes
    hosts the operation.

    \b
    plures call marketplace.search.v1.Search/Find text=lens limit=3
    plures call marketplace.pricing.v1.Pricing/QuoteMany product_ids=p1 product_ids=p2
    plures call marketplace.orders.v1.Orders/ListFor customer_id=anna --as '{"isStaff":true}'
    Write text as it is; write numbers, true, lists and messages as JSON.
    """  # noqa: D301 - click reads the \b
    from .calling import call
    from .explaining import explained_call
    from .finding import find_at, find_running

    with mistakes_explained(as_json=as_json):
        name = operation.lstrip("/")
        if at is not None:
            known = data or (data_of(file) if file.is_file() else None)
            callee = find_at(at, name, known)
        else:
            callee = find_running(data or data_of(file), name)
            if not as_json:
                say((f"{callee.application} at {callee.urls[0]}", "dim"), err=True)
        callee = callee if behalf is None else callee.on_behalf(behalf)
        callee = callee.with_headers(headers) if headers else callee
        how = explained_call if is_explained else call
        sys.exit(how(callee, arguments, timeout_s=timeout_s, as_json=as_json))
