"""What runs of tests change of the expectations that are there: nothing but what changed."""

import random
from dataclasses import replace

from plures.pacts import Expectation, Ran, merged, written

PATH = "/shop.stock.v1.Stock/Find"


def expects(test: str, request: object, answer: object, consumer: str = "cart", **more: str) -> Expectation:
    return Expectation(consumer, "shop.stock.v1", PATH, request, answer, tests=(test,), **more)  # type: ignore[arg-type]


TEA = expects("tests/test_cart.py::test_tea", {"id": "tea"}, {"pieces": 3})
CUP = expects("tests/test_cart.py::test_cup", {"id": "cup", "most": 2}, {"pieces": 1, "price": 5})
GONE = expects(
    "tests/test_cart.py::test_gone", {"id": "pot"}, {"id": "pot"}, error="shop.stock.v1.Unknown", code="not_found"
)


def ran(*shown: Expectation, passed: tuple[str, ...] = (), files: tuple[str, ...] = ("tests/test_cart.py",)) -> Ran:
    tests = {test for each in shown for test in each.tests}
    return Ran([*shown], tests | {*passed}, {*files}, tests | {*passed})


def test_the_same_run_again_changes_nothing_in_whichever_order() -> None:
    first = merged([], ran(TEA, CUP, GONE))
    for seed in range(10):
        shown = [TEA, CUP, GONE]
        random.Random(seed).shuffle(shown)
        assert written(merged(first, ran(*shown))) == written(first)
        assert written(merged([], ran(*shown))) == written(first)


def test_what_did_not_run_is_kept_and_what_is_gone_is_forgotten() -> None:
    first = merged([], ran(TEA, CUP))
    assert merged(first, ran(TEA, files=())) == first
    assert [each.tests for each in merged(first, ran(TEA))] == [TEA.tests]
    assert merged(first, ran(files=()), gone=["tests/test_cart.py"]) == []
    calls_nothing_now = ran(TEA, passed=CUP.tests)
    assert [each.tests for each in merged(first, calls_nothing_now)] == [TEA.tests]


def test_two_tests_of_one_form_share_an_expectation_until_both_are_gone() -> None:
    same = replace(TEA, request={"id": "coffee"}, tests=("tests/test_cart.py::test_coffee",))
    [both] = merged([], ran(TEA, same))
    assert both.tests == ("tests/test_cart.py::test_coffee", "tests/test_cart.py::test_tea")
    [left] = merged([both], ran(TEA))
    assert (left.tests, left.request) == (TEA.tests, TEA.request)


def test_values_that_are_drawn_anew_are_no_change_and_others_are() -> None:
    key, at = "3f2b8c1e-1111-4222-8333-abcdefabcdef", "2026-01-01T10:00:00Z"
    first = [expects("t.py::test_a", {"key": f"cart {key}", "at": at}, {"pieces": 1})]
    again = expects("t.py::test_a", {"key": f"cart {'9' + key[1:]}", "at": "2027-02-03T04:05:06.7Z"}, {"pieces": 2})
    assert merged(first, ran(again, files=())) == first
    other = expects("t.py::test_a", {"key": "another", "at": at}, {"pieces": 1})
    assert merged(first, ran(other, files=())) == [other]


def test_names_in_capitals_are_forms_of_their_own() -> None:
    rising = expects("t.py::test_a", {"sort": "PRICE_RISING"}, {"pieces": 1})
    falling = expects("t.py::test_a", {"sort": "PRICE_FALLING"}, {"pieces": 1})
    assert len(merged([], ran(rising, falling))) == 2


def test_what_other_tools_wrote_stays() -> None:
    theirs = replace(TEA, consumer="web", tests=())
    assert theirs in merged([theirs], ran(CUP))
