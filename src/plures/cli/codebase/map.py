"""`plures map`: a codebase as a picture."""

from typing import Any

import click

from .options import HELP, CodebaseOptions, codebase_options, needing_the_advisor, progress


@click.command("map", short_help="Draw a codebase and what binds its parts.", context_settings=HELP)
@codebase_options
def map_command(**given: Any) -> None:
    """Draw the Python codebase at PATH: components, what binds them, and who works where.

    It reads code and git history, and runs none of it. The codebase needs neither Plures nor git.
    """
    options = CodebaseOptions(**given)
    with needing_the_advisor(options.format):
        from plures.advisor import map_markdown, print_map, read_map, render_html, to_json

        with progress() as tell:
            drawn = read_map(options.read_request(), tell, hide_names=options.hide_names)
        if options.format == "terminal":
            options.deliver_sentences(lambda console: print_map(drawn, console))
        else:
            render = {"html": render_html, "markdown": map_markdown, "json": to_json}[options.format]
            options.deliver(render(drawn))
