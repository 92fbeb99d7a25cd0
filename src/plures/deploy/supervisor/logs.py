"""The output of many replicas as one: whole lines, each after the name of its replica."""

import asyncio
import contextlib
import json
import os
from typing import Protocol, TextIO

from plures.logs import json_line

_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
_CHUNK_BYTES = 64 * 1024
_LONGEST_LINE_BYTES = 256 * 1024


class Lines(Protocol):
    """Where whole lines go."""

    def write(self, source: str, line: str) -> None:
        """Write one line, without its end, that `source` said."""
        ...


class PrefixedLines:
    """Writes to one text stream, each line at once. Colours only on a terminal."""

    def __init__(self, stream: TextIO, sources: tuple[str, ...]) -> None:
        """`sources` are the names that are known beforehand: they decide the width of the prefix, and the colours."""
        self._stream = stream
        self._width = max((len(source) for source in sources), default=0)
        self._order = {source: place for place, source in enumerate(sources)}
        self._coloured = stream.isatty() and "NO_COLOR" not in os.environ

    def write(self, source: str, line: str) -> None:
        # The reader may be gone (`plures run | head`), the terminal closed, the disk full: no reason to stop serving, or to stop badly.
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(f"{self._prefix(source)} {line}\n")
            self._stream.flush()

    def _prefix(self, source: str) -> str:
        text = f"{source:<{self._width}} |"
        if not self._coloured:
            return text
        colour = _COLOURS[self._order.get(source, 0) % len(_COLOURS)]
        return f"\x1b[{colour}m{text}\x1b[0m"


class JsonLines:
    """Writes JSON objects to one text stream, one a line: those of the replicas as they are, other lines as messages of their source.

    Args:
        logger: Who says what is no JSON object.
    """

    def __init__(self, stream: TextIO, logger: str = "plures") -> None:
        self._stream = stream
        self._logger = logger

    def output(self) -> "JsonLines":
        """For what the replicas write."""
        return JsonLines(self._stream, "output")

    def write(self, source: str, line: str) -> None:
        text = line if _is_object(line) else json_line(line, logger=self._logger, process=source)
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(f"{text}\n")
            self._stream.flush()


def output_lines(lines: Lines) -> Lines:
    """Where what the replicas write goes, of the lines of their supervisor."""
    return lines.output() if isinstance(lines, JsonLines) else lines


def _is_object(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


class OutputPipe:
    """The pipe that one child writes its output to."""

    def __init__(self, source: str, lines: Lines) -> None:
        self._source = source
        self._lines = lines
        self._read_end, self.write_end = os.pipe()
        self._copying: asyncio.Task[None] | None = None

    def follow(self) -> None:
        """Copy lines from now on. The child has started: it has an end of the pipe of its own."""
        os.close(self.write_end)
        self._copying = asyncio.create_task(self._copy(), name=f"output of {self._source}")

    def abandon(self) -> None:
        """Close both ends: the child could not be started."""
        os.close(self.write_end)
        os.close(self._read_end)

    async def finish(self, patience_s: float = 1.0) -> None:
        """Copy what is left, for at most `patience_s`: a grandchild may hold the pipe open as long as it likes."""
        if self._copying is not None:
            await asyncio.wait([self._copying], timeout=patience_s)
            self._copying.cancel()
            await asyncio.wait([self._copying])

    async def _copy(self) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        pipe = os.fdopen(self._read_end, "rb", buffering=0)
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        rest = b""
        try:
            while chunk := await reader.read(_CHUNK_BYTES):
                rest = self._pass_on(rest + chunk)
        finally:
            transport.close()
            if rest:
                self._write(rest)

    def _pass_on(self, output: bytes) -> bytes:
        """Write the whole lines. The result is the rest of the last one, unless that is too long to wait for its end."""
        *whole, rest = output.split(b"\n")
        for line in whole:
            self._write(line)
        if len(rest) <= _LONGEST_LINE_BYTES:
            return rest
        self._write(rest)
        return b""

    def _write(self, line: bytes) -> None:
        self._lines.write(self._source, line.decode(errors="replace").rstrip("\r"))
