"""The command `plures contract docs`."""

import webbrowser
from pathlib import Path
from urllib.parse import quote

import click

from plures.cli.console import mistakes_explained, say
from plures.cli.project import Project, data_of, file_option, open_project
from plures.compat import described
from plures.pages import Beside, Site, page_of, site_files

from .errors import NotDocumented
from .files import write_file
from .locks import FOLDER, base_of, locks_in


@click.command("docs")
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="The folder for the pages.")
@click.option(
    "--against",
    metavar="WHAT",
    help="Tell the changes since a commit, branch or tag, a folder, or a running application.",
)
@click.option(
    "--open",
    "opens",
    is_flag=True,
    help="Open those of the running application in the browser, with forms that call it.",
)
@click.option("--data", type=click.Path(path_type=Path), help="The --data of the run, where it was given one.")
@file_option
def docs_command(*, to: Path | None, against: str | None, opens: bool, data: Path | None, file: Path) -> None:
    """Write pages about all contracts: owners, callers, changes, operations, messages. Or open those that the running application serves."""
    with mistakes_explained():
        if (to is None) is not opens:
            raise NotDocumented("--to says where files go, --open opens what runs, and one of the two is needed")
        if to is None:
            _open(data or data_of(file))
            return
        project, folder = open_project(file), file.absolute().parent
        files = site_files(_site(project, folder, against))
        for name, text in files.items():
            write_file(to / name, text)
    say(("written", "green"), f"   {to / 'index.html'} and {len(files) - 1} page{'' if len(files) == 2 else 's'}")  # noqa: PLR2004 - the first and one more


def _site(project: Project, folder: Path, against: str | None) -> Site:
    assembly, locked = project.assembly, locks_in(folder / FOLDER)
    named, base = base_of(against, folder, project.settings.data) if against is not None else ("", None)
    pages = [
        page_of(
            described(each),
            Beside(
                each.capability, assembly.callers_of(each.python), tuple(sorted(assembly.call_graph[each.capability]))
            ),
            locked,
            base=base,
            named=named,
        )
        for each in assembly.contracts
    ]
    return Site(assembly.name, tuple(pages))


def _open(data: Path) -> None:
    # What finds a run speaks HTTP, which takes a tenth of a second to import.
    from plures.cli.finding import the_run

    run = the_run(data)
    address = f"{run.control[0]}/docs"
    say(("open", "green"), f"      {address}")
    # What stands behind the # is never sent; the page takes it out of the address.
    webbrowser.open(f"{address}#token={quote(run.token)}")
