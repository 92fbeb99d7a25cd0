import pytest

from plures.advisor import Evidence, Finding, Pressure, Verdict
from plures.advisor.judging.verdicts import weigh


def evidence(*subject: str, supports: Verdict = Verdict.SPLIT_OUT, strength: float = 1.0, **more) -> Evidence:
    return Evidence(
        more.pop("source", "imports"), subject, "said", more.pop("figure", 0.5), "share", supports, strength, **more
    )


def only(found: list[Finding], *subject: str) -> Finding:
    return next(f for f in found if f.subject == subject)


STANDS_ALONE = evidence("a", required=True)
WAITS = evidence("a", source="teams", pressure=Pressure.TEAM)


def test_without_evidence_everything_is_left_alone():
    found = weigh([], ["a", "b"])
    assert [(f.subject, f.verdict) for f in found] == [(("a",), Verdict.LEAVE_ALONE), (("b",), Verdict.LEAVE_ALONE)]


def test_standing_alone_is_no_reason_to_leave():
    assert only(weigh([STANDS_ALONE], ["a"]), "a").verdict is Verdict.LEAVE_ALONE


def test_pressure_and_standing_alone_split_it_out():
    found = only(weigh([STANDS_ALONE, WAITS], ["a"]), "a")
    assert (found.verdict, found.pressure) == (Verdict.SPLIT_OUT, Pressure.TEAM)


def test_weak_pressure_is_none():
    weak = evidence("a", source="teams", pressure=Pressure.TEAM, strength=0.5, figure=0.02)
    found = only(weigh([STANDS_ALONE, weak], ["a"]), "a")
    assert found.verdict is Verdict.LEAVE_ALONE
    assert "2.0 times as high" in found.would_change


def test_pressure_on_what_hangs_on_others_cuts_the_strongest_bond_first():
    bound = evidence("a", required=True, strength=0.4)
    strong, weak = (
        evidence("a", "b", supports=Verdict.CUT_FIRST, strength=1.2),
        evidence("a", "c", supports=Verdict.CUT_FIRST, strength=0.5),
    )
    found = weigh([bound, WAITS, strong, weak], ["a", "b", "c"])
    assert only(found, "a").verdict is Verdict.LEAVE_ALONE
    assert only(found, "a", "b").verdict is Verdict.CUT_FIRST
    assert only(found, "a", "c").verdict is Verdict.LEAVE_ALONE


def test_what_does_not_own_its_tables_stays_whatever_presses():
    tables = evidence("a", source="tables", required=True, strength=0.0)
    found = only(weigh([STANDS_ALONE, WAITS, tables], ["a"]), "a")
    assert found.verdict is Verdict.LEAVE_ALONE
    assert "let it own them first" in found.would_change


def test_a_bond_is_judged_from_the_side_that_is_pressed():
    bound = evidence("a", required=True, strength=0.4)
    mine = evidence("a", "b", supports=Verdict.CUT_FIRST, strength=0.2, about="a")
    theirs = evidence("a", "b", supports=Verdict.CUT_FIRST, strength=3.0, about="b")
    assert only(weigh([bound, WAITS, mine, theirs], ["a", "b"]), "a", "b").verdict is Verdict.LEAVE_ALONE


def test_a_merge_needs_both_changing_together_and_the_same_owners():
    together = evidence("a", "b", supports=Verdict.MERGE, required=True, source="history")
    same = evidence("a", "b", supports=Verdict.MERGE, required=True, source="teams")
    others = evidence("a", "b", supports=Verdict.MERGE, required=True, source="teams", strength=0.4)
    assert only(weigh([together, same], ["a", "b"]), "a", "b").verdict is Verdict.MERGE
    assert only(weigh([together, others], ["a", "b"]), "a", "b").verdict is Verdict.LEAVE_ALONE
    assert (
        only(
            weigh([together, same, evidence("a", "b", supports=Verdict.MERGE, strength=0.1)], ["a", "b"]), "a", "b"
        ).verdict
        is Verdict.MERGE
    )


def test_what_asks_for_something_comes_first_and_trifles_do_not_come_at_all():
    trifle = evidence("b", "c", supports=Verdict.MERGE, strength=0.01, required=True)
    found = weigh([STANDS_ALONE, WAITS, trifle], ["b", "a", "c"])
    assert found[0].subject == ("a",)
    assert all(f.subject != ("b", "c") for f in found)


def test_evidence_against_is_shown_as_such():
    against = evidence("a", supports=Verdict.LEAVE_ALONE)
    found = only(weigh([STANDS_ALONE, WAITS, against], ["a"]), "a")
    assert found.counter_evidence == (against,)
    assert set(found.evidence) == {STANDS_ALONE, WAITS}


def test_a_cut_shows_the_pressure_that_it_answers():
    people = evidence("a", source="teams", pressure=Pressure.PEOPLE)
    bound, bond = (
        evidence("a", required=True, strength=0.4),
        evidence("a", "b", supports=Verdict.CUT_FIRST, strength=1.2),
    )
    found = only(weigh([bound, people, bond], ["a", "b"]), "a", "b")
    assert (found.pressure, found.evidence) == (Pressure.PEOPLE, (people, bond))


def test_where_nothing_was_measured_the_confidence_is_not_known():
    tables = evidence("a", "b", supports=Verdict.MERGE, source="tables", strength=3.0)
    found = weigh([tables], ["a", "b"])
    assert [f.confidence for f in found] == [None, None, None]
    assert {f.trust for f in found} == {"confidence not known"}


@pytest.mark.parametrize("strength", [0.0, 0.001, 0.2, 0.99])
def test_no_pair_is_left_alone_for_sure(strength: float):
    seldom = evidence("a", "b", supports=Verdict.MERGE, source="history", required=True, strength=strength)
    tables = evidence("a", "b", supports=Verdict.MERGE, source="tables", strength=1.0)
    confidence = only(weigh([seldom, tables], ["a", "b"]), "a", "b").confidence
    assert confidence is not None
    assert confidence <= 0.9


@pytest.mark.parametrize("figure", [0.0, 0.1, 0.39, 0.6, 1.0])
def test_no_component_is_left_alone_more_surely_than_they_stayed(figure: float):
    confidence = weigh([evidence("a", required=True, figure=figure)], ["a"])[0].confidence
    assert confidence is not None
    # 8 of 96 components below 0.40 left.
    assert confidence <= 1 - 8 / 96


def test_the_more_independent_the_less_sure_of_leaving_it_alone():
    low, high = (
        evidence("a", required=True, figure=0.1, strength=0.2),
        evidence("a", required=True, figure=0.9, strength=1.8),
    )
    confidences = [weigh([one], ["a"])[0].confidence or 0.0 for one in (low, high)]
    assert confidences[0] > confidences[1]


CHATTY = evidence("a", "b", supports=Verdict.MERGE, source="telemetry")
SAME_PEOPLE = evidence("a", "b", supports=Verdict.MERGE, source="teams", required=True)
SELDOM_TOGETHER = evidence("a", "b", supports=Verdict.MERGE, source="history", required=True, strength=0.3)


def test_what_runs_splits_nothing_without_what_the_code_says():
    load = evidence("a", source="telemetry", pressure=Pressure.SCALE)
    assert only(weigh([load], ["a"]), "a").verdict is Verdict.LEAVE_ALONE
    bound = evidence("a", required=True, strength=0.4)
    assert only(weigh([load, bound], ["a"]), "a").verdict is Verdict.LEAVE_ALONE
    found = only(weigh([load, STANDS_ALONE], ["a"]), "a")
    assert (found.verdict, found.pressure) == (Verdict.SPLIT_OUT, Pressure.SCALE)
    # How often that is right was never measured.
    assert found.confidence is None


def test_a_chatty_edge_merges_nothing_alone():
    found = only(weigh([CHATTY], ["a", "b"]), "a", "b")
    assert found.verdict is Verdict.LEAVE_ALONE
    assert found.counter_evidence == (CHATTY,)
    assert only(weigh([CHATTY, SELDOM_TOGETHER], ["a", "b"]), "a", "b").verdict is Verdict.LEAVE_ALONE


def test_that_the_same_people_changed_both_once_says_nothing():
    once = evidence("a", "b", supports=Verdict.MERGE, source="history", required=True, strength=0.1)
    assert only(weigh([CHATTY, SAME_PEOPLE, once], ["a", "b"]), "a", "b").verdict is Verdict.LEAVE_ALONE


def test_what_is_reached_by_a_contract_needs_no_more_to_run_apart():
    load = evidence("a", source="telemetry", pressure=Pressure.SCALE)
    bound, contract = evidence("a", required=True, strength=0.4), evidence("a", source="contracts")
    assert only(weigh([load, bound, contract], ["a"]), "a").verdict is Verdict.SPLIT_OUT
    # People who wait for one another need more than a process.
    assert only(weigh([WAITS, bound, contract], ["a"]), "a").verdict is Verdict.LEAVE_ALONE
    tables = evidence("a", source="tables", required=True, strength=0.0)
    assert only(weigh([load, bound, contract, tables], ["a"]), "a").verdict is Verdict.LEAVE_ALONE
    assert only(weigh([bound, contract], ["a"]), "a").verdict is Verdict.LEAVE_ALONE


def test_a_chatty_edge_between_what_the_same_people_change_merges():
    found = only(weigh([CHATTY, SAME_PEOPLE, SELDOM_TOGETHER], ["a", "b"]), "a", "b")
    assert found.verdict is Verdict.MERGE
    assert found.confidence is None
    assert "ask less" in found.would_change


@pytest.mark.parametrize(
    "against",
    [
        evidence("a", "b", supports=Verdict.LEAVE_ALONE, source="telemetry"),
        evidence("a", source="telemetry", pressure=Pressure.SCALE),
    ],
    ids=["both fill a processor", "one is under pressure"],
)
def test_what_runs_may_speak_against_a_merge_too(against: Evidence):
    found = only(weigh([CHATTY, SAME_PEOPLE, SELDOM_TOGETHER, against], ["a", "b"]), "a", "b")
    assert found.verdict is Verdict.LEAVE_ALONE


def test_the_same_people_alone_merge_nothing_still():
    found = only(weigh([SAME_PEOPLE, SELDOM_TOGETHER], ["a", "b"]), "a", "b")
    assert found.verdict is Verdict.LEAVE_ALONE
