"""Their tests, run by their own runner: how many passed, and the names of those that did not."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

_PYTEST = re.compile(r"^=*\s*(\d+ (?:passed|failed|skipped|error).*) in [\d.]+s", re.MULTILINE)
_PYTEST_NAMES = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_UNITTEST = re.compile(r"^Ran (\d+) tests? in", re.MULTILINE)
_UNITTEST_NAMES = re.compile(r"^(?:FAIL|ERROR): (\S+ \(\S+\))", re.MULTILINE)
_LIMIT_S = 1800


@dataclass(frozen=True)
class Outcome:
    """What a run of a suite gave."""

    passed: int
    skipped: int
    failed: frozenset[str]
    seconds: float
    output: str

    def unexpected(self, known: Mapping[str, str]) -> frozenset[str]:
        """Those that failed although they pass, as far as we know, without us."""
        return self.failed - known.keys()


class RanNothing(Exception):
    """The suite gave no count."""


def try_out(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Outcome:
    """Run a suite to its end."""
    began = perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
    return read(done.stdout, perf_counter() - began)


def try_rows(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """Run what moves rows; what it printed. Raises where the rows are not as they should be."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
    if done.returncode:
        raise RanNothing(done.stdout)
    return done.stdout


def read(output: str, seconds: float) -> Outcome:
    """What pytest, or unittest's runner, printed."""
    if summary := [*_PYTEST.finditer(output)]:
        words = summary[-1].group(1)
        failed = frozenset(_PYTEST_NAMES.findall(output))
        return Outcome(_figure("passed", words), _figure("skipped", words), failed, seconds, output)
    if ran := [*_UNITTEST.finditer(output)]:
        failed = frozenset(_UNITTEST_NAMES.findall(output))
        skipped = sum(map(int, re.findall(r"skipped=(\d+)", output)))
        return Outcome(int(ran[-1].group(1)) - len(failed) - skipped, skipped, failed, seconds, output)
    raise RanNothing(output[-4000:])


def _figure(word: str, text: str) -> int:
    found = re.search(rf"(\d+) {word}", text)
    return int(found.group(1)) if found else 0
