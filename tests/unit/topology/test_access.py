"""`[access]` of plures.toml, `may_call` of commands and `token` of external processes."""

import pytest

from plures.errors import InvalidInput
from plures.topology import ApplicationFacts, CapabilityFacts, OutsideCaller, Secret, check, parse

FACTS = ApplicationFacts(
    {
        "payments": CapabilityFacts(operations=("Pay", "Refund")),
        "checkout": CapabilityFacts(operations=("Place",)),
        "tax": CapabilityFacts(has_implementation=False),
    }
)
HEAD = '[application]\nimport = "shop.app:app"\n'
REPORTS = '[access.callers.reports]\nmay_call = ["payments", "checkout/Place"]\ntoken = "${REPORTS_TOKEN}"\n'
MAIN = '[topology.it]\nmain = { capabilities = ["*"] }\ntax = { capabilities = ["tax"], command = "./tax" }\n'


def problems(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidInput) as raised:
        check(parse(HEAD + text).topology("it"), FACTS)
    return [(it.where, it.what, it.fix) for it in raised.value.violations]


def test_who_else_may_call() -> None:
    settings = parse(HEAD + REPORTS + MAIN)
    reports = OutsideCaller("reports", ("payments", "checkout/Place"), Secret("${REPORTS_TOKEN}"))
    assert settings.callers == (reports,)
    assert check(settings.topology("it"), FACTS).callers == (reports,)
    assert settings.topology("monolith").callers == (reports,)


def test_no_process_gets_the_variable_of_a_token() -> None:
    resolved = check(parse(HEAD + REPORTS + MAIN).topology("it"), FACTS)
    assert {process.withheld for process in resolved.processes.values()} == {frozenset({"REPORTS_TOKEN"})}
    given = MAIN.replace('"*"] }', '"*"], environment = { REPORTS_TOKEN = "x" } }')
    assert [what for _, what, _ in problems(REPORTS + given)] == ["sets REPORTS_TOKEN, which holds a token"]


@pytest.mark.parametrize(
    ("old", "new", "what", "fix"),
    [
        ('"payments"', '"paymnets"', "'paymnets' is nothing that can be called", "Did you mean 'payments'?"),
        ("checkout/Place", "checkout/Plcae", "'checkout/Plcae' is nothing that can be called", "Did you mean 'Place'?"),
        ("checkout/Place", "checkout/", "'checkout/' is nothing that can be called", "'checkout' has Place."),
        ("checkout/Place", "checkout/place", "'checkout/place' is nothing that can be called", "Did you mean 'Place'?"),
        ('"payments"', '"zzz"', "'zzz' is nothing that can be called", "The application has payments, checkout, tax."),
        ('"payments"', '"pay*"', "'pay*' is nothing that can be called", "The application has payments, checkout, tax."),
        ('["payments", "checkout/Place"]', "[]", "is empty, so the caller could call nothing",
         'Name what it calls: may_call = ["payments", "checkout/Place"].'),
        ("${REPORTS_TOKEN}", "a-token-in-plain-text", "is a token in plain text, which each reader of the file could use", None),
        ("${REPORTS_TOKEN}", "x${REPORTS_TOKEN}", "is a token in plain text, which each reader of the file could use", None),
        ('token = "${REPORTS_TOKEN}"', "", "needs one of token and token_file", None),
        ('token = "${REPORTS_TOKEN}"', 'token = "${A}"\ntoken_file = "a"', "needs one of token and token_file", None),
        ("may_call", "may_cal", "is not a key that Plures knows", "Did you mean 'may_call'?"),
        ("callers.reports", "callers.Reports", "'Reports' cannot be the name of a caller", None),
        ("callers.reports", "callers.main", "process 'main' of [topology.it] has this name too, and the log could not tell them apart", None),
        ("access.callers", "access.caller", None, None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(old: str, new: str, what: str | None, fix: str | None) -> None:
    found = problems(REPORTS.replace(old, new) + MAIN)
    assert "a-token-in-plain-text" not in str(found)
    assert what is None or any(said.startswith(what) for _, said, _ in found), found
    assert fix is None or fix in [it for *_, it in found]
    assert all(where.startswith("plures.toml:") and "[access" in where for where, *_ in found), found


def test_what_commands_may_call_and_what_is_shown_to_processes_elsewhere() -> None:
    told = MAIN.replace('"./tax"', '"./tax", may_call = ["payments/Pay"]')
    assert check(parse(HEAD + told).topology("it"), FACTS).processes["tax"].may_call == ("payments/Pay",)
    wrong = problems(MAIN.replace('"./tax"', '"./tax", may_call = ["payments/Pya"]'))
    assert [(what, fix) for _, what, fix in wrong] == [
        ("'payments/Pya' is nothing that can be called", "Did you mean 'Pay'?")
    ]
    shown = MAIN.replace('command = "./tax"', 'external = "https://tax.example", token = "${TAX}"')
    assert check(parse(HEAD + shown).topology("it"), FACTS).processes["tax"].token == Secret("${TAX}")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"*"]', '"*"], may_call = ["payments"]', "is for commands, and 'main' is none"),
        ('"*"]', '"*"], token = "${MAIN}"', "is for external processes, and 'main' is none"),
        ('"./tax"', '"./tax", token_file = "tax"', "is for external processes, and 'tax' is none"),
    ],
)
def test_rights_and_tokens_have_one_place_each(old: str, new: str, what: str) -> None:
    assert [said for _, said, _ in problems(MAIN.replace(old, new))] == [what]
