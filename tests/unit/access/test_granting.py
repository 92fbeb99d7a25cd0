"""What the call graph and plures.toml allow, and the tokens that come of it."""

from pathlib import Path

import pytest

from plures.access import Access, CallerKind, TokenUnusable, digest_of, grants, issue, new_token
from plures.topology import ApplicationFacts, CapabilityFacts, Plan, check, make_plan, parse

FACTS = ApplicationFacts(
    {
        "cart": CapabilityFacts(needs=frozenset({"stock", "reviews"}), optional=frozenset({"reviews"})),
        "stock": CapabilityFacts(notifies=frozenset({"mail"}), operations=("Take", "Count")),
        "reviews": CapabilityFacts(),
        "mail": CapabilityFacts(),
        "bank": CapabilityFacts(has_implementation=False),
        "tax": CapabilityFacts(has_implementation=False, needs=frozenset()),
    },
    has_edge=True,
    edge_needs=frozenset({"cart", "bank"}),
)
SPLIT = """
web = { capabilities = ["cart"], edge = true, replicas = 2 }
stock = { capabilities = ["stock", "reviews"] }
mail = { capabilities = ["mail"] }
tax = { capabilities = ["tax"], command = "./tax", may_call = ["stock/Count"] }
bank = { capabilities = ["bank"], external = "https://bank.example", token = "${BANK}" }
"""
REPORTS = '[access.callers.reports]\nmay_call = ["stock", "mail"]\ntoken = "${REPORTS}"\n'
VARIABLES = {"BANK": "token-of-the-bank", "REPORTS": "token-of-the-reports"}


def plan_of(processes: str = SPLIT, access: str = "") -> Plan:
    text = f'[application]\nimport = "shop.app:app"\n{access}[topology.it]\n{processes}\n'
    return make_plan(check(parse(text).topology("it"), FACTS), FACTS)


def test_constructors_the_edge_and_the_file_say_who_may_call() -> None:
    found = {
        (it.caller, it.callee): (it.kind.value, it.may_call, it.may_deliver_to)
        for it in grants(plan_of(access=REPORTS))
    }
    assert found == {
        ("web", "stock"): ("process", ("reviews", "stock"), ()),
        ("web", "bank"): ("process", ("bank",), ()),
        ("stock", "mail"): ("process", (), ("mail",)),
        ("tax", "stock"): ("command", ("stock/Count",), ()),
        ("reports", "stock"): ("outside", ("stock",), ()),
        ("reports", "mail"): ("outside", ("mail",), ()),
    }


def test_what_stays_in_a_process_needs_no_right() -> None:
    alone = plan_of('main = { capabilities = ["*"] }\nelse = { capabilities = ["bank", "tax"], external = "http://x" }')
    assert [(it.caller, it.callee) for it in grants(alone)] == [("main", "else")]
    assert [caller.kind for caller in issue(alone, {}).access["main"].callers] == [CallerKind.TOOLS] * 2


def known(access: Access, token: str) -> list[str]:
    return [caller.name for caller in access.callers if caller.digest == digest_of(token)]


def test_each_pair_has_a_token_of_its_own_and_callees_know_only_digests() -> None:
    issued = issue(plan_of(access=REPORTS), VARIABLES)
    access = issued.access
    to_stock = access["web"].tokens["stock"]
    assert known(access["stock"], to_stock) == ["web"]
    assert [known(access[other], to_stock) for other in ("web", "mail", "tax")] == [[], [], []]
    assert access["web"].tokens["reviews"] == to_stock != access["tax"].tokens["stock"]
    assert {*access["web"].tokens} == {"stock", "reviews", "bank"}
    assert (access["mail"].tokens, {*access["stock"].tokens}) == ({}, {"mail"})
    secrets = [issued.token, *issued.tools.values(), *VARIABLES.values(), *access["web"].tokens.values()]
    assert not [secret for secret in secrets if secret in repr(issued)]
    assert not [secret for secret in secrets if secret in repr(access["stock"].callers)]


def test_a_process_elsewhere_is_shown_what_the_file_refers_to_by_its_callers_alone() -> None:
    issued = issue(plan_of(access=REPORTS), VARIABLES)
    assert issued.access["web"].tokens["bank"] == issued.tools["bank"] == "token-of-the-bank"
    assert [name for name, it in issued.access.items() if "token-of-the-bank" in it.tokens.values()] == ["web"]


def test_callers_from_outside_keep_their_token_from_run_to_run_and_others_do_not() -> None:
    first, second = issue(plan_of(access=REPORTS), VARIABLES), issue(plan_of(access=REPORTS), VARIABLES)
    assert [known(it.access["stock"], "token-of-the-reports") for it in (first, second)] == [["reports"]] * 2
    assert known(second.access["stock"], first.access["web"].tokens["stock"]) == []
    assert known(second.access["stock"], first.token) == []


def test_the_tools_have_a_token_for_each_process_and_people_one_for_all() -> None:
    issued = issue(plan_of(), VARIABLES)
    for name in ("web", "stock", "mail", "tax"):
        assert known(issued.access[name], issued.token) == known(issued.access[name], issued.tools[name]) == ["plures"]
        assert known(issued.access[name], issued.tools["mail" if name != "mail" else "web"]) == []


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({}, "variable REPORTS of the environment is not set"),
        ({"REPORTS": ""}, "variable REPORTS of the environment is not set"),
        ({"REPORTS": "tiny"}, "what REPORTS holds is shorter than 16 characters, or has others than tokens have"),
        ({"REPORTS": "a token with blanks in it"}, "what REPORTS holds is shorter"),
        ({"REPORTS": "ein-tökën-von-jemand"}, "what REPORTS holds is shorter"),
        ({"REPORTS": "token\r\nX-Injected: header-line"}, "what REPORTS holds is shorter"),
    ],
)
def test_a_reference_that_leads_to_no_token(variables: dict[str, str], why: str) -> None:
    with pytest.raises(TokenUnusable) as raised:
        issue(plan_of(access=REPORTS), {"BANK": VARIABLES["BANK"], **variables})
    assert raised.value.what == "Cannot use the token of 'reports'"
    assert raised.value.why.startswith(why)
    assert not variables.get("REPORTS") or variables["REPORTS"] not in str(raised.value)


def test_two_callers_with_one_token() -> None:
    twice = REPORTS + REPORTS.replace("reports]", "audits]")
    with pytest.raises(TokenUnusable, match="'audits' and 'reports' have the same one"):
        issue(plan_of(access=twice), VARIABLES)


def test_a_token_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "reports"
    access = REPORTS.replace('token = "${REPORTS}"', f'token_file = "{path}"')
    with pytest.raises(TokenUnusable, match="No such file"):
        issue(plan_of(access=access), VARIABLES)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(TokenUnusable, match="not UTF-8"):
        issue(plan_of(access=access), VARIABLES)
    token = new_token()
    path.write_text(f"{token}\n")
    assert known(issue(plan_of(access=access), VARIABLES).access["mail"], token) == ["reports"]


def test_a_process_elsewhere_that_calls_here_is_known_by_its_certificate_alone() -> None:
    web = 'web = { capabilities = ["cart"], edge = true, external = "https://web.example" }\n'
    plan = plan_of(
        web.replace(", edge = true", "")
        + 'main = { capabilities = ["*"] }\ntax = { capabilities = ["tax", "bank"], external = "http://x" }'
    )
    callers = issue(plan, {}).access["main"].callers
    assert [(it.name, it.digest, it.may_call) for it in callers if it.kind is CallerKind.PROCESS] == [
        ("web", "", ("reviews", "stock"))
    ]


def test_a_caller_from_outside_with_a_certificate_needs_no_token() -> None:
    tls = '[tls]\nauthority = "tls"\n[access.callers.reports]\nmay_call = ["stock"]\n'
    (reports,) = [it for it in issue(plan_of(access=tls), VARIABLES).access["stock"].callers if it.name == "reports"]
    assert (reports.kind, reports.digest) == (CallerKind.OUTSIDE, "")


def test_the_process_of_another_topology_has_its_rights_where_it_is_none_of_this_one() -> None:
    said = '[tls]\nauthority = "tls"\n[access.callers.web]\nmay_call = ["mail"]\n'
    here = {(it.caller, it.callee): it.kind.value for it in grants(plan_of(access=said))}
    assert (here["web", "stock"], here.get(("web", "mail"))) == ("process", None)
    there = grants(
        plan_of(
            'main = { capabilities = ["*"] }\nelse = { capabilities = ["bank", "tax"], external = "http://x" }', said
        )
    )
    assert ("web", "main", CallerKind.OUTSIDE) in [(it.caller, it.callee, it.kind) for it in there]
