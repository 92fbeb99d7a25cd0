"""Output becomes whole lines, each behind the name of its source."""

import asyncio
import io
import os

import pytest

from plures.deploy.supervisor.logs import OutputPipe, PrefixedLines


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Closed(io.StringIO):
    def write(self, _: str) -> int:
        raise BrokenPipeError


class Kept:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def write(self, source: str, line: str) -> None:
        self.lines.append((source, line))


def test_prefixes_are_as_wide_as_the_longest_name():
    stream = io.StringIO()
    lines = PrefixedLines(stream, ("plures", "search.1"))
    lines.write("search.1", "up")
    lines.write("plures", "fine")
    assert stream.getvalue() == "search.1 | up\nplures   | fine\n"


def test_colours_only_on_a_terminal(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    PrefixedLines(stream, ("a", "b")).write("b", "up")
    assert stream.getvalue() == "\x1b[33mb |\x1b[0m up\n"


def test_no_color_is_heeded(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    PrefixedLines(stream, ("a",)).write("a", "up")
    assert stream.getvalue() == "a | up\n"


def test_a_reader_that_left_does_not_stop_us():
    PrefixedLines(Closed(), ("a",)).write("a", "up")


async def piped(*chunks: bytes) -> list[str]:
    """What arrives of chunks that are written one after the other, all from one source."""
    kept = Kept()
    pipe = OutputPipe("a", kept)
    ours = os.dup(pipe.write_end)
    pipe.follow()
    for chunk in chunks:
        await asyncio.to_thread(os.write, ours, chunk)
    os.close(ours)
    await pipe.finish()
    assert {source for source, _ in kept.lines} <= {"a"}
    return [line for _, line in kept.lines]


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([], []),
        ([b"one\ntwo\n"], ["one", "two"]),
        ([b"one\r\n\n"], ["one", ""]),
        ([b"begin ", b"and end\nne", b"xt\n"], ["begin and end", "next"]),
        ([b"no end"], ["no end"]),
        (["naïve\n".encode(), b"\xff\n"], ["naïve", "\N{REPLACEMENT CHARACTER}"]),
    ],
)
async def test_lines_are_whole(chunks, expected):
    assert await piped(*chunks) == expected


async def test_an_endless_line_is_cut():
    lines = await piped(*[b"x" * 65536] * 20)
    assert "".join(lines) == "x" * 65536 * 20
    assert max(map(len, lines)) < 65536 * 6


async def test_a_pipe_that_a_grandchild_keeps_open_is_left():
    kept = Kept()
    pipe = OutputPipe("a", kept)
    grandchild = os.dup(pipe.write_end)
    pipe.follow()
    os.write(grandchild, b"half a line")
    await pipe.finish(patience_s=0.05)
    assert kept.lines == [("a", "half a line")]
    os.close(grandchild)
