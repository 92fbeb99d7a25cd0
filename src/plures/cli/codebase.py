"""What `plures map` and `plures advise` share: which codebase to read, how to show progress, where the report goes."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .console import rich_console, say

if TYPE_CHECKING:
    from plures.advisor import ReadRequest

HELP = {"help_option_names": ["-h", "--help"]}
"""Said again here, since these commands also work without the group."""

FORMATS = ("terminal", "html", "markdown", "json")

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
        help="Format of the report. Default: what the name of --output says, else terminal.",
    ),
    click.option("--output", "-o", type=click.Path(path_type=Path), help="Write the report to this file."),
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

    @property
    def format(self) -> str:
        """The format asked for, or the one that the name of the output means."""
        by_name = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json"}
        return self.shape or by_name.get(self.output.suffix.lower() if self.output else "", "terminal")

    def read_request(self) -> "ReadRequest":
        from plures.advisor import ReadRequest, default_cache

        return ReadRequest(self.path, self.commit, self.components, None if self.no_cache else default_cache())

    def deliver(self, text: str) -> None:
        """Write a report to its file, or to standard output."""
        if self.output is None:
            click.echo(text)
            return
        try:
            self.output.write_text(text, encoding="utf-8", errors="replace")
        except OSError as failed:
            raise click.FileError(str(self.output), failed.strerror or "cannot be written") from None
        say(f"wrote {self.output} ({len(text.encode(errors='replace')) // 1024} kB)", err=True)


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
