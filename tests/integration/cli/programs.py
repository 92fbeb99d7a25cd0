"""`plures` as a program of its own, whose output is read line by line while it runs."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PATIENCE_S = 90
PLURES = (sys.executable, "-m", "plures")


class Program:
    """One run of a command; everything it says on either stream."""

    def __init__(self, folder: Path, *command: str) -> None:
        environment = {name: value for name, value in os.environ.items() if "COLOR" not in name}
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        assert self.process.stdout is not None
        self._reading = threading.Thread(target=self._read, args=(self.process.stdout,))
        self._reading.start()

    def line(self, pattern: str) -> re.Match[str]:
        """The next line that matches; what ends before it fails the test with all that was said."""
        while True:
            line = self._lines.get(timeout=PATIENCE_S)
            assert line is not None, f"it ended before it said {pattern!r}:\n{self.output}"
            match = re.search(pattern, line)
            if match is not None:
                return match

    def end(self, number: signal.Signals | None = None) -> int:
        """Send a signal, and return the exit status."""
        if number is not None:
            self.process.send_signal(number)
        status = self.process.wait(PATIENCE_S)
        self._reading.join(PATIENCE_S)
        return status

    @property
    def output(self) -> str:
        return "".join(self.said)

    def close(self) -> None:
        """Whatever a test left running ends now."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reading.join(PATIENCE_S)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self.said.append(line)
            self._lines.put(line)
        self._lines.put(None)


@contextmanager
def program(folder: Path, *command: str) -> Iterator[Program]:
    started = Program(folder, *command)
    try:
        yield started
    finally:
        started.close()
