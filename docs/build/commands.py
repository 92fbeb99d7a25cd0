"""docs/reference/cli.md: every command, from what click knows of it."""

import inspect
from collections.abc import Iterator
from typing import Final

import click

from plures.cli import main
from plures.cli.lazily import commands_of

from .markdown import NOTE, plain, sentence

HEAD: Final = f"""\
{NOTE}
# Commands

In a terminal `plures --help` lists the commands, and `--help` behind a command says what this page says. `python -m plures` is
`plures`.
"""


def page() -> str:
    """The whole page."""
    root = click.Context(main, info_name="plures", **main.context_settings)
    return HEAD + "".join(_command(name, command, root) for name, command in every_command("plures", main))


def every_command(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, each with the words that call it."""
    yield name, command
    if isinstance(command, click.Group):
        for word, below in commands_of(command).items():
            yield from every_command(f"{name} {word}", below)


def _command(name: str, command: click.Command, root: click.Context) -> str:
    # Below the root, as when it runs: click keeps the names of the help option that it makes with the first context.
    context = click.Context(command, parent=root, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    parts = [f"\n## `{name}`\n", f"\n```text\n{usage}\n```\n", *_help(command)]
    rows = [_row(option, context) for option in command.params if isinstance(option, click.Option)]
    if rows:
        parts.append("\n".join(["\n| option | meaning |", "|---|---|", *rows, ""]))
    return "".join(parts)


def _help(command: click.Command) -> Iterator[str]:
    """The paragraphs of the help; click prints those that begin with a backspace as they stand."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        first, _, rest = paragraph.partition("\n")
        if first.strip() == "\b":
            yield f"\n```text\n{rest}\n```\n"
        else:
            yield f"\n{' '.join(paragraph.split())}\n"


def _row(option: click.Option, context: click.Context) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    default = f" Default: `{option.default}`." if option.show_default else ""
    return f"| {names}{plain(value)} | {sentence(plain(option.help or ''))}{default} |"
