"""Keeps a PostgreSQL server for as long as another process lives.

    python -I -S keeper.py DESCRIPTOR PROGRAMS FOLDER

DESCRIPTOR is the reading end of a pipe that the other process holds open. The server ends when the pipe does: also when that process
was killed. When the server is ready, the folder of its socket is written to standard output, which is closed then; when it cannot be
started, a sentence to standard error. It listens on that socket alone, in a folder of this user alone, and asks for passwords.

A keeper that was killed itself leaves the server behind; the next keeper of the same folder ends it, and starts anew.
"""

import fcntl
import os
import pwd
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final, NoReturn

DATABASE: Final = "marketplace"
ADMINISTRATOR: Final = "postgres"
PASSWORD: Final = "administrator"  # noqa: S105 - the name of its file
LOG: Final = "server.log"
OPTIONS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "150",
}
_ROOT: Final = 0
# PostgreSQL does not run as root.
_INSTEAD_OF_ROOT: Final = "daemon"
_EVERYONE_MAY_PASS: Final = 0o001
_PATIENCE_S: Final = 30.0
_POLL_S: Final = 0.05


class Server:
    """One cluster in a folder: made when it is missing, started, stopped."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.folder = folder
        self.cluster = folder / "server"
        self._programs = programs
        self._user: dict[str, Any] = {}
        if os.geteuid() == _ROOT:
            instead = pwd.getpwnam(_INSTEAD_OF_ROOT)
            self._user = {"user": instead.pw_uid, "group": instead.pw_gid, "extra_groups": []}
            self._let_pass()
        self.socket = self._owned(Path(tempfile.mkdtemp(prefix="plures-postgresql-")))
        self._process: subprocess.Popen[str] | None = None

    def make(self) -> None:
        """Make the cluster, where there is none."""
        if self.cluster.exists():
            return
        # One that was left half-made never gets its name.
        draft = self.cluster.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        password = self.folder / PASSWORD
        password.touch(0o600)
        password.write_text(secrets.token_urlsafe(32))
        draft.mkdir(mode=0o700)
        self._owned(draft)
        kept = self._owned(Path(shutil.copy2(password, self.socket)))
        options = (
            "--auth=scram-sha-256",
            f"--pwfile={kept}",
            "--encoding=utf8",
            "--no-locale",
            f"--username={ADMINISTRATOR}",
        )
        self._output("initdb", f"--pgdata={draft}", *options)
        kept.unlink()
        draft.rename(self.cluster)

    def start(self) -> None:
        """Start it, after one that a killed keeper has left behind has been ended."""
        where = f"--pgdata={self.cluster}"
        if self._succeeds("pg_ctl", "status", where):
            self._output("pg_ctl", "stop", "--mode=fast", where)
        options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / LOG).open("a") as log:
            # PostgreSQL's own program.
            process = self._process = subprocess.Popen(  # noqa: S603
                [self._programs / "postgres", "-D", self.cluster, "-k", self.socket, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.cluster,
                text=True,
                **self._user,
            )
        until = time.monotonic() + _PATIENCE_S
        while not self._succeeds("pg_isready", "--host", str(self.socket)):
            if process.poll() is not None or time.monotonic() > until:
                self.give_up(f"PostgreSQL did not start; {self.folder / LOG} says why.")
            time.sleep(_POLL_S)
        self._make_database()

    def _make_database(self) -> None:
        environment = {"PGPASSWORD": (self.folder / PASSWORD).read_text().strip(), "PGHOST": str(self.socket)}
        query = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"  # noqa: S608 - a constant
        login = ("--username", ADMINISTRATOR)
        known = self._output("psql", *login, "--no-psqlrc", "--tuples-only", "--command", query, **environment)
        if not known.strip():
            self._output("createdb", *login, DATABASE, **environment)

    def keep(self, descriptor: int) -> None:
        """Return when the pipe has ended, or the server."""
        while self._process is not None and self._process.poll() is None:
            if select.select([descriptor], [], [], 0.5)[0]:
                return

    def stop(self) -> None:
        """End it: at once for those connected, and with nothing left to recover."""
        if self._process is not None and self._process.poll() is None:
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                self._process.send_signal(number)
                try:
                    self._process.wait(_PATIENCE_S)
                    break
                except subprocess.TimeoutExpired:
                    continue
        shutil.rmtree(self.socket, ignore_errors=True)

    def give_up(self, reason: str) -> NoReturn:
        """Say why, and end."""
        self.stop()
        sys.exit(reason)

    def _let_pass(self) -> None:
        """Let the user that the server runs as reach its folder and its programs; ours alone may be changed for that."""
        ours = (self.folder, self.folder.parent)
        for folder in ours:
            folder.chmod(folder.stat().st_mode | _EVERYONE_MAY_PASS)
        for folder in {*self.folder.parents, *self._programs.parents, self._programs}:
            if not folder.stat().st_mode & _EVERYONE_MAY_PASS:
                sys.exit(
                    f"PostgreSQL does not run as root, and the user {_INSTEAD_OF_ROOT}, who runs it instead, may not enter {folder}.\n"
                    f"Work as another user, or let others pass: chmod o+x {folder}"
                )

    def _owned(self, path: Path) -> Path:
        if self._user:
            os.chown(path, self._user["user"], self._user["group"])
        return path

    def _succeeds(self, program: str, *arguments: str) -> bool:
        return self._ended(program, *arguments).returncode == 0

    def _output(self, program: str, *arguments: str, **environment: str) -> str:
        done = self._ended(program, *arguments, **environment)
        if done.returncode:
            self.give_up(f"PostgreSQL cannot be set up in {self.folder}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def _ended(self, program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        # PostgreSQL's own programs.
        return subprocess.run(  # noqa: S603
            [self._programs / program, *arguments],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.socket,
            **self._user,
        )


def main() -> None:
    """Start, say where, keep, stop."""
    descriptor, programs, folder = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    with (folder / "keeper.lock").open("w") as lock:
        _lock(lock.fileno(), folder)
        server = Server(programs, folder)
        # The server ends with this process, where that can be.
        signal.signal(signal.SIGTERM, lambda _number, _frame: server.give_up("The keeper of PostgreSQL was ended."))
        server.make()
        server.start()
        os.write(1, f"{server.socket}\n".encode())
        os.close(1)
        try:
            server.keep(descriptor)
        finally:
            server.stop()


def _lock(descriptor: int, folder: Path) -> None:
    """Wait for a shop that is closing. The lock goes with this process."""
    until = time.monotonic() + 3
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > until:
                sys.exit(f"The shop runs already with the PostgreSQL server in {folder}. Stop that one first.")
            time.sleep(_POLL_S)
        else:
            return


if __name__ == "__main__":
    main()
