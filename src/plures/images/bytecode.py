"""Bytecode beside the sources, so that a container with a root that is read only starts as fast as one that could keep it.

It is never compared with the sources (PEP 552, unchecked), holds no times, and is the same for the same Python and source.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from .entries import Entry

# In a process of its own, with a fixed seed: constants that are sets would be written in another order, and strings that other modules
# have as well would be written in another way.
_SCRIPT: Final = """
import importlib.util, json, marshal, sys
head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
read, write = sys.stdin.buffer, sys.stdout.buffer
for line in read:
    path, size = json.loads(line)
    source = read.read(size)
    try:
        code = marshal.dumps(compile(source, "/" + path, "exec", dont_inherit=True, optimize=0))
    except (SyntaxError, ValueError):
        made = b""
    else:
        made = head + importlib.util.source_hash(source) + code
    write.write(len(made).to_bytes(4, "little") + made)
"""


def with_bytecode(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, and bytecode for each source among them that this Python can compile."""
    given = list(entries)
    yield from given
    sources = [
        entry for entry in sorted(given, key=lambda each: each.path) if entry.path.endswith(".py") and not entry.link
    ]
    told = bytearray()
    for entry in sources:
        content = entry.read()
        told += json.dumps([entry.path, len(content)]).encode() + b"\n" + content
    command = [sys.executable, "-S", "-s", "-W", "ignore", "-c", _SCRIPT]
    finished = subprocess.run(command, input=bytes(told), capture_output=True, check=True, env={"PYTHONHASHSEED": "0"})  # noqa: S603 - a list, and no shell
    made = finished.stdout
    place = 0
    for entry in sources:
        size = int.from_bytes(made[place : place + 4], "little")
        code = made[place + 4 : place + 4 + size]
        place += 4 + size
        if code:
            yield Entry(_cached(entry.path), partial(bytes, code))


def _cached(path: str) -> str:
    source = PurePosixPath(path)
    tag = sys.implementation.cache_tag
    return str(source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc")
