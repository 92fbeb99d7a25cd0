"""The policy on calls in plures.toml: which figures it changes, and what is said of those that cannot be."""

import pytest
from msgspec import structs

from plures.errors import InvalidInput
from plures.runtime import Policy, policy_of
from plures.topology import ApplicationFacts, CapabilityFacts, Policies, check, parse
from plures.topology.key import POLICY, POLICY_OF_ALL, Figure

APPLICATION = '[application]\nimport = "shop.app:app"\n'


def violations(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse(APPLICATION + text)
    return [f"{v.where.removeprefix('plures.toml:')} {v.what} {v.fix}" for v in caught.value.violations]


def test_the_keys_are_the_figures_of_the_policy_with_their_defaults() -> None:
    figures = {field.name: field.default for field in structs.fields(Policy)}
    assert {key.name: key.default for key in POLICY.below} == figures
    assert {key.name: key.default for key in POLICY_OF_ALL.below} == figures


def test_one_line_changes_a_figure_for_all_or_for_one() -> None:
    settings = parse(
        APPLICATION
        + """[policy]
        retry_budget = 0.2
        heartbeat_s = 1
        [capabilities.search]
        policy = { heartbeat_s = 3 }
        [capabilities.tax.policy]
        failures_in_a_row = 0
        [topology.split]
        main = { capabilities = ["*"] }
        """
    )
    policies = settings.topology("split").policies
    assert settings.topology().policies == policies
    assert policies.everywhere == {"retry_budget": 0.2, "heartbeat_s": 1}
    assert policy_of(policies.of("search")) == Policy(retry_budget=0.2, heartbeat_s=3)
    assert policy_of(policies.of("tax")) == Policy(retry_budget=0.2, heartbeat_s=1, failures_in_a_row=0)
    assert policy_of(policies.of("cart")) == Policy(retry_budget=0.2, heartbeat_s=1)


def test_without_a_word_all_figures_have_their_defaults() -> None:
    assert parse(APPLICATION).topology().policies == Policies()
    assert policy_of(Policies().of("search")) == Policy()


def test_each_mistake_is_told_with_its_place_and_its_reason() -> None:
    told = violations(
        """[policy]
retry_budgt = 0.2
attempts = 0
heartbeat_s = 0.01
queue_s = "long"
[capabilities.search]
policy = { retry_budget = nan, least_at_once = true, failures_in_a_row = -1 }
[capabilities.tax]
policy = 5
"""
    )
    assert told == [
        "4 [policy] retry_budgt is not a key that Plures knows Did you mean 'retry_budget'?",
        "7 [policy] queue_s is a string where a whole number or a number belongs Write queue_s = 0.5.",
        "5 [policy] attempts is 0, and must be 1 to 10: a callee that fails gets so many times the calls Write attempts = 5.",
        "6 [policy] heartbeat_s is 0.01, and must be 0.05 to 60, or 0: below that, each replica with some work seems to hang; above it, calls of one that hangs run out of time first Write heartbeat_s = 3.",
        "9 [capabilities.search] policy.least_at_once is true or false where a whole number belongs Write least_at_once = 8.",
        "9 [capabilities.search] policy.retry_budget is nan, and must be 0 to 1: it is a share of the calls Write retry_budget = 0.2.",
        "9 [capabilities.search] policy.failures_in_a_row is -1, and must be 0 to 1000: so many calls fail in a row only where the replica has been gone for long Write failures_in_a_row = 10.",
        "11 [capabilities.tax] policy is a whole number where a table belongs Write policy = { heartbeat_s = 3 }.",
    ]


def figures() -> list[Figure]:
    return [key for key in POLICY.below if isinstance(key, Figure)]


@pytest.mark.parametrize("figure", figures(), ids=lambda key: key.name)
def test_the_ends_of_a_range_are_inside_and_what_turns_a_figure_off_is_allowed(figure: Figure) -> None:
    beside = "least_at_once = 1\n" if figure.name == "most_at_once" else "most_at_once = 10000\n"
    for value in {figure.least, figure.most, *({figure.off} - {None})}:
        assert parse(f"{APPLICATION}[policy]\n{beside}{figure.name} = {value:g}").topology().policies
    for value in (figure.least - 1, figure.most + 1):
        assert figure.reason in violations(f"[policy]\n{beside}{figure.name} = {value:g}")[0]


def test_the_least_is_not_above_the_most_in_what_holds_together() -> None:
    assert violations("[policy]\nmost_at_once = 10\n[capabilities.search]\npolicy = { least_at_once = 20 }") == [
        "6 [capabilities.search] policy has least_at_once = 20 above most_at_once = 10 Lower least_at_once, or raise most_at_once."
    ]
    assert len(violations("[policy]\nmost_at_once = 3")) == 1


def test_a_capability_that_the_application_does_not_have_is_told() -> None:
    topology = parse(f"{APPLICATION}[capabilities.serch]\npolicy = {{ attempts = 2 }}").topology()
    with pytest.raises(InvalidInput, match=r"the application has no capability 'serch'\n +fix: Did you mean 'search'"):
        check(topology, ApplicationFacts({"search": CapabilityFacts()}))


def test_a_process_gets_what_is_said() -> None:
    topology = parse(f"{APPLICATION}[policy]\nattempts = 2").topology()
    (process,) = check(topology, ApplicationFacts({"search": CapabilityFacts()})).processes.values()
    assert process.policies == Policies({"attempts": 2})
