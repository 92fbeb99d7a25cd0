"""Gives a run an order, prints what it says meanwhile, and tells how it ended."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plures.cli.console import INTERRUPTED, mistakes_explained, print_json, say

from .choosing import chosen_run

if TYPE_CHECKING:
    from plures.deploy import Order, Run


def give(
    what: "Order",
    *,
    file: Path,
    data: Path | None,
    pid: int | None,
    as_json: bool,
    done: Callable[["Run"], str],
    named: Callable[["Run"], dict[str, str]] | None = None,
) -> None:
    """Give an order to the run that is meant. Ctrl-C leaves the command, and not the order.

    Args:
        done: What to say when it is carried out.
        named: What programs are told beside the steps; the application and the order where it is left out.
    """
    from plures.deploy import RunGone, in_words, order

    steps: list[str] = []
    with mistakes_explained(as_json=as_json):
        run = chosen_run(file, data, pid)
        if not run.orders:
            raise RunGone("it was started by another version, or could make no socket, which its log says then")
        try:
            for text in order(Path(run.orders), what, run.pid):
                steps.append(text)
                if not as_json:
                    say(f"  {text}")
        except KeyboardInterrupt:
            click.echo("The application carries it out to its end; `plures ps` shows how it stands.", err=True)
            sys.exit(INTERRUPTED)
    if as_json:
        told = {"application": run.application, "order": in_words(what)} if named is None else named(run)
        print_json({**told, "steps": steps}, pretty=False)
    else:
        say(done(run))
