"""`plures topology apply`: a running application becomes another topology."""

from pathlib import Path

import click

from .console import json_option, mistakes_explained, print_json, say
from .project import data_of, file_option


@click.command("apply", short_help="Change what runs into another topology.")
@click.argument("name")
@click.option("--data", type=click.Path(path_type=Path), help="The --data of the run, where it was given one.")
@file_option
@json_option
def apply_command(name: str, *, data: Path | None, file: Path, as_json: bool) -> None:
    """Change what runs into another topology of plures.toml, as it is written there now, without losing a request.

    Capabilities move one by one: calls of the one that moves wait for a moment, all others go on. Ctrl-C leaves the command, and not the
    change, which the application carries to its end.

    \b
    plures topology apply sale        split out what `sale` has in processes of its own
    plures topology apply monolith    take it back
    """  # noqa: D301 - click reads the \b
    from plures.deploy import Apply, RunGone, order

    from .finding import the_run

    steps: list[str] = []
    with mistakes_explained(as_json=as_json):
        run = the_run(data or data_of(file))
        if not run.orders:
            raise RunGone("it was started by another version, or runs services of others")
        for text in order(Path(run.orders), Apply(name)):
            steps.append(text)
            if not as_json:
                say(f"  {text}")
    if as_json:
        print_json({"topology": name, "steps": steps}, pretty=False)
    else:
        say(f"{run.application} runs as {name} now.")
