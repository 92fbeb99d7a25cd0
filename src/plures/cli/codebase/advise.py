"""`plures advise`: what to split out, merge or leave alone."""

from typing import Any

import click

from .options import HELP, CodebaseOptions, codebase_options, needing_the_advisor, progress
from .running import check_times, store_folder, telemetry_options


@click.command("advise", short_help="Say what to split out, merge or leave alone.", context_settings=HELP)
@codebase_options
@click.option(
    "--plan",
    "planned",
    metavar="COMPONENT",
    help="Say what it would take to split this component out, whatever the verdict.",
)
@telemetry_options
def advise_command(*, planned: str | None, telemetry: str | None, since: int, until: int, **given: Any) -> None:
    r"""Say which components of the codebase at PATH to split out, to merge or to leave alone, with the evidence.

    The default is to leave alone. Code and history can show only one reason to split: teams that wait for each other. What the application
    showed while it ran can show the others, and what would gain by running together.

    \b
    plures advise .
    plures advise . --telemetry --since 2h
    plures advise . --telemetry data-of-production/ -o advice.html
    """
    options = CodebaseOptions(**given)
    check_times(telemetry, since, until)
    if planned is not None and options.format == "html":
        raise click.UsageError("A plan has no page of its own. Give --format markdown, json or terminal.")
    with needing_the_advisor(options.format):
        from plures.advisor import (
            WatchRequest,
            advice_markdown,
            advise,
            draw,
            plan,
            plan_markdown,
            print_advice,
            print_plan,
            read_codebase,
            render_html,
            survey,
            to_json,
            watch,
        )
        from plures.telemetry import Reading

        # Before anything long: a store that cannot be read is told at once.
        store = None if telemetry is None else Reading(store_folder(telemetry, options.path))
        if store is not None:
            store.processes()

        with progress() as tell:
            read = survey(read_codebase(options.read_request(), tell), tell)
        if planned is not None:
            needed = plan(read, planned)
            if options.format == "terminal":
                options.deliver_sentences(lambda console: print_plan(needed, console))
            else:
                options.deliver(plan_markdown(needed) if options.format == "markdown" else to_json(needed))
            return
        watched = None if store is None else watch(WatchRequest(store, since, until, options.path), read.components)
        advice = advise(read, watched=watched)
        if options.format == "terminal":
            options.deliver_sentences(lambda console: print_advice(advice, console))
        elif options.format == "html":
            options.deliver(render_html(draw(read, hide_names=options.hide_names), advice))
        else:
            options.deliver(advice_markdown(advice) if options.format == "markdown" else to_json(advice))
