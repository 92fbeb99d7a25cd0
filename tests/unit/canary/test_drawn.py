"""The decision on drawn pairs of versions: with these seeds, what is alike goes on, what is much worse is halted, and without visitors nothing is."""

from random import Random

import pytest

from bench.canary.__main__ import CASES, run
from plures.canary import Limits, Verdict

WANTED = {
    "alike": Verdict.GO_ON,
    "alike, heaps of faults everywhere": Verdict.GO_ON,
    "alike, a call in five seconds": Verdict.WAIT,
    "half of all fail": Verdict.HALT,
    "2 times as slow": Verdict.HALT,
}


@pytest.mark.parametrize("name", WANTED)
def test_what_comes_of_a_pair(name: str) -> None:
    case = next(each for each in CASES if each.name == name)
    assert [run(case, Limits(), Random(seed)).verdict for seed in range(5)] == [WANTED[name]] * 5
