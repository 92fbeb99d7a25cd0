"""Every command explains itself, and the exit statuses are those that it promises."""

from collections.abc import Callable
from importlib.metadata import version

import click
import pytest
from click.testing import CliRunner, Result

from plures.cli import main
from plures.cli.console import mistakes_explained
from plures.cli.lazily import commands_of
from plures.errors import PluresError

Run = Callable[..., Result]


def commands(command: click.Command, *path: str) -> list[tuple[tuple[str, ...], click.Command]]:
    below = commands_of(command).items() if isinstance(command, click.Group) else ()
    return [(path, command), *(found for name, child in below for found in commands(child, *path, name))]


ALL = commands(main)


def test_the_commands() -> None:
    assert [" ".join(path) for path, _ in ALL] == [
        "", "run", "build", "ps", "restart", "rollout", "apply", "stop", "call", "token", "trace", "trace list", "trace show", "trace compare", "logs", "top", "contract", "contract check", "contract docs", "contract export", "contract import", "contract lock", "contract owners", "contract show", "contract test", "contract usage", "contract write", "topology", "topology show", "topology check", "topology apply", "topology isolate", "topology plan", "data", "data status",
        "data migrate", "data check", "data backup", "data prepare", "data restore", "data move", "data adopt",
        "events", "events status", "events list", "events show", "events parked", "events resubmit", "events discard",
        "events forget", "sagas", "sagas status", "sagas list", "sagas show", "sagas resume", "sagas compensate",
        "sagas close", "tls", "tls init", "tls issue", "tls show",
        "load", "scale", "scale to", "scale plan", "deploy", "deploy check", "deploy canary", "deploy compose", "deploy kubernetes", "new", "adopt", "map", "advise",
    ]  # fmt: skip


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) or "plures" for path, _ in ALL])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help(plures: Run, path: tuple[str, ...], command: click.Command, flag: str) -> None:
    result = plures(*path, flag)
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")
    assert command.help
    assert command.help.partition("\n")[0].rstrip() in " ".join(result.stdout.split())
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.name} is not explained"
            assert all(name in result.stdout for name in parameter.opts)


def test_no_help_in_the_list_of_commands_is_cut_off(plures: Run) -> None:
    assert "..." not in plures("--help").stdout.partition("Commands:")[2]
    assert "..." not in plures("topology", "--help").stdout.partition("Commands:")[2]


def test_exit_statuses_are_promised(plures: Run) -> None:
    stdout = plures("--help").stdout
    assert "0 all is well · 1 a call failed · 2 a mistake in what was given · 130 interrupted" in stdout


def test_version(plures: Run) -> None:
    result = plures("--version")
    assert (result.exit_code, result.stdout) == (0, f"plures, version {version('plures')}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["run", "--nonsense"],
        ["run", "--port", "x"],
        ["run", "--port", "65536"],
        ["new"],
        ["call"],
        ["topology", "x"],
    ],
)
def test_what_no_command_takes_is_a_mistake(plures: Run, arguments: list[str]) -> None:
    result = plures(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(("error", "status"), [(PluresError("It broke"), 2), (KeyboardInterrupt(), 130)])
def test_how_a_command_ends(error: BaseException, status: int) -> None:
    @click.command()
    def command() -> None:
        with mistakes_explained():
            raise error

    assert CliRunner().invoke(command).exit_code == status


def test_a_bug_keeps_its_traceback() -> None:
    with pytest.raises(KeyError), mistakes_explained():
        raise KeyError
