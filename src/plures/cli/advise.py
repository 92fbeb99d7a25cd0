"""`plures advise`: what to split out, merge or leave alone."""

from pathlib import Path

import click

from .codebase import HELP, codebase_options, deliver, progress, read_request, shape_of
from .console import mistakes_explained, rich_console


@click.command("advise", short_help="Say what to split out, merge or leave alone.", context_settings=HELP)
@codebase_options
@click.option(
    "--plan",
    "planned",
    metavar="COMPONENT",
    help="Say what taking this component out would need, whatever the verdict.",
)
def advise_command(
    path: Path,
    *,
    commit: str | None,
    components: Path | None,
    shape: str | None,
    output: Path | None,
    hide_names: bool,
    no_cache: bool,
    planned: str | None,
) -> None:
    """Say which components of the codebase at PATH to split out, to merge or to leave alone, with the evidence.

    Leaving alone is the default. From code and history only one reason to split can be shown: teams that wait.
    """
    from plures.advisor import (
        advice_markdown,
        advise,
        draw,
        plan,
        print_advice,
        print_plan,
        read_codebase,
        render_html,
        survey,
        to_json,
    )

    shape = shape_of(shape, output)
    with mistakes_explained(as_json=shape == "json"):
        with progress() as tell:
            read = survey(read_codebase(read_request(path, commit, components, no_cache=no_cache), tell), tell)
        if planned is not None:
            asked = plan(read, planned)
            deliver(to_json(asked), output) if shape == "json" else print_plan(asked, rich_console())
            return
        advice = advise(read)
        if shape == "terminal":
            print_advice(advice, rich_console())
        elif shape == "html":
            deliver(render_html(draw(read, hide_names=hide_names), advice), output)
        else:
            deliver(advice_markdown(advice) if shape == "markdown" else to_json(advice), output)
