"""`plures map`: a codebase as a picture."""

from pathlib import Path

import click

from .codebase import HELP, codebase_options, deliver, progress, read_request, shape_of
from .console import mistakes_explained, rich_console


@click.command("map", short_help="Draw a codebase and what binds its parts.", context_settings=HELP)
@codebase_options
def map_command(
    path: Path,
    *,
    commit: str | None,
    components: Path | None,
    shape: str | None,
    output: Path | None,
    hide_names: bool,
    no_cache: bool,
) -> None:
    """Draw the Python codebase at PATH: components, what binds them, who works where.

    Reads code and git history and runs none of it. PATH need not know Plures, and need not have git.
    """
    from plures.advisor import map_markdown, print_map, read_map, render_html, to_json

    shape = shape_of(shape, output)
    with mistakes_explained(as_json=shape == "json"):
        with progress() as tell:
            drawn = read_map(read_request(path, commit, components, no_cache=no_cache), tell, hide_names=hide_names)
        if shape == "terminal":
            print_map(drawn, rich_console())
        else:
            render = {"html": render_html, "markdown": map_markdown, "json": to_json}[shape]
            deliver(render(drawn), output)
