"""What `plures map` and `plures advise` share: which codebase to read, how to show progress, where the report goes."""

import io
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plures.cli.console import mistakes_explained, rich_console, say
from plures.extras import require

if TYPE_CHECKING:
    from rich.console import Console

    from plures.advisor import ReadRequest

HELP = {"help_option_names": ["-h", "--help"]}
"""Said again here, since these commands also work without the group."""

FORMATS = ("terminal", "html", "markdown", "json")
_BY_NAME = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".json": "json",
    ".txt": "terminal",
}
# Letters a line in a file, where no terminal says how many fit.
_PAGE_WIDTH = 160

_OPTIONS = (
    click.argument("path", type=click.Path(path_type=Path), default=Path()),
    click.option("--commit", help="Read this commit instead of the files on disk."),
    click.option(
        "--components",
        type=click.Path(path_type=Path),
        help="A TOML file that names components and teams. Without it, Plures finds them.",
    ),
    click.option(
        "--format",
        "shape",
        type=click.Choice(FORMATS),
        help="Format of the report. Default: what the name of --output says, and terminal without --output.",
    ),
    click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path),
        help="Write the report to this file: .html, .md, .json or .txt, another name with --format; - is standard output.",
    ),
    click.option("--hide-names", is_flag=True, help='Write "person 3" instead of names.'),
    click.option("--no-cache", is_flag=True, help="Read everything again, and keep nothing."),
)


def codebase_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that reads a codebase."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True)
class CodebaseOptions:
    """What the user gave for `codebase_options`."""

    path: Path
    commit: str | None
    components: Path | None
    shape: str | None
    output: Path | None
    hide_names: bool
    no_cache: bool

    def __post_init__(self) -> None:
        """Refuse, before anything is read, a report that could not be written.

        Raises:
            click.BadParameter: The output is a folder, lies in none, or neither its name nor --format says in which format.
        """
        place = self.file
        if place is None:
            return
        if place.is_dir():
            raise click.BadParameter(f"{place} is a folder. Name a file in it.", param_hint="--output")
        if not place.absolute().parent.is_dir():
            raise click.FileError(str(place), "its folder does not exist; make it first")
        if self.shape is None and place.suffix.lower() not in _BY_NAME:
            known = ", ".join(_BY_NAME)
            raise click.BadParameter(
                f"the name {place.name} does not say in which format to write. Name it {known}, or give --format.",
                param_hint="--output",
            )

    @property
    def file(self) -> Path | None:
        """Where the report goes; None: standard output."""
        return None if self.output is None or str(self.output) == "-" else self.output

    @property
    def format(self) -> str:
        """The format asked for, or the one that the name of the output means."""
        return self.shape or (_BY_NAME[self.file.suffix.lower()] if self.file else "terminal")

    def read_request(self) -> "ReadRequest":
        from plures.advisor import ReadRequest, default_cache

        return ReadRequest(self.path, self.commit, self.components, None if self.no_cache else default_cache())

    def deliver_sentences(self, tell: "Callable[[Console], None]") -> None:
        """Write what a terminal would show, without colours where it is none."""
        if self.file is None:
            tell(rich_console())
            return
        from rich.console import Console

        text = io.StringIO()
        tell(Console(file=text, width=_PAGE_WIDTH, highlight=False, soft_wrap=True))
        self.deliver(text.getvalue())

    def deliver(self, text: str) -> None:
        """Write a report to its file, or to standard output."""
        if self.file is None:
            click.echo(text)
            return
        try:
            self.file.write_text(text, encoding="utf-8", errors="replace")
        except OSError as failed:
            raise click.FileError(str(self.file), failed.strerror or "cannot be written") from None
        say(f"wrote {self.file} ({len(text.encode(errors='replace')) // 1024} kB)", err=True)


@contextmanager
def needing_the_advisor(shape: str) -> Generator[None]:
    """Explain the mistakes of such a command; the first of them is that its packages are missing."""
    with mistakes_explained(as_json=shape == "json"):
        require("advisor", "read a codebase")
        yield


@contextmanager
def progress() -> Generator[Callable[[str, int, int | None], None]]:
    """A line on standard error that says what the advisor does just now. Says nothing where standard error is no terminal."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    console = rich_console(err=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=None)

        def tell(what: str, done: int, total: int | None) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield tell
