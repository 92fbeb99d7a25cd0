"""Who may call whom between processes, with real tokens on real sockets."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from plures.access import digest_of, issue
from plures.application import assemble, load
from plures.deploy import SupervisorOptions
from plures.deploy.supervisor.local_processes import RunningProcesses, running
from plures.deploy.supervisor.supervisor import Supervisor
from plures.topology import Plan, check, make_plan, parse
from tests.access import shown
from tests.integration.deploy.support import Journal

pytestmark = pytest.mark.asyncio(loop_scope="module")
APP = "guarded_app:app"
TOML = f"""
[application]
import = "{APP}"

[listen]
control = "127.0.0.1:0"

[access.callers.audit]
may_call = ["safe/Look"]
token = "${{AUDIT_TOKEN}}"

[topology.split]
desk = {{ capabilities = ["cashier"] }}
vault = {{ capabilities = ["stock", "safe"] }}
"""
TAKE, LOOK, PAY = "guarded.stock.v1.Stock/Take", "guarded.safe.v1.Safe/Look", "guarded.cashier.v1.Cashier/Pay"
AUDIT = "token-of-the-auditors"


class Guarded:
    """The application as two processes, and what their supervisor knows."""

    def __init__(self, supervisor: Supervisor, processes: RunningProcesses, plan: Plan) -> None:
        self.supervisor = supervisor
        self.processes = processes
        self.plan = plan

    @property
    def token_of_desk(self) -> str:
        return self.supervisor.issued.access["desk"].tokens["stock"]

    async def ask(self, operation: str, *headers: tuple[str, str], capability: str = "") -> httpx.Response:
        """Call an operation, at its own process unless another capability's is named."""
        (url,) = self.processes.endpoints[capability or operation.split(".")[1]]
        kind = ("content-type", "application/json")
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            sent = [(name.encode(), value.encode()) for name, value in (kind, *headers)]
            if operation.startswith("/"):
                return await http.get(f"{url}{operation}", headers=sent)
            return await http.post(f"{url}/{operation}", content=b'{"pieces": 2}', headers=sent)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "plures.toml").write_text(TOML)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        patch.setenv("AUDIT_TOKEN", AUDIT)
        settings, facts = parse(folder / "plures.toml"), assemble(load(APP)).facts
        plan = make_plan(check(settings.topology("split"), facts), facts)
        supervisor = Supervisor(plan, settings, SupervisorOptions(), Journal(folder))
        async with running(supervisor) as processes:
            yield Guarded(supervisor, processes, plan)


def bearer(token: str) -> tuple[str, str]:
    (header,) = shown(token).items()
    return header


async def test_who_says_nothing_is_told_what_to_say(guarded: Guarded) -> None:
    for operation in (TAKE, LOOK, PAY):
        answer = await guarded.ask(operation)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert (answer.headers["www-authenticate"], answer.headers["plures-outcome"]) == ("Bearer", "not sent")
        assert "$(plures token)" in answer.json()["message"]
    listing = await guarded.ask("/contracts", capability="safe")
    assert (listing.status_code, "stock" in listing.text) == (401, False)
    for page in ("/docs/index", "/docs/guarded.safe.v1"):
        refused = await guarded.ask(page, capability="safe")
        assert (refused.status_code, "guarded." in refused.text.replace(page, "")) == (401, False)


async def test_pages_are_for_those_who_may_read_the_listing(guarded: Guarded) -> None:
    """What opens them tells nothing of the application, and is for all."""
    shell = await guarded.ask("/docs", capability="safe")
    assert (shell.status_code, "guarded" in shell.text) == (200, False)
    assert "default-src 'none'" in shell.headers["content-security-policy"]
    tools = bearer(guarded.supervisor.issued.tools["vault"])
    page = await guarded.ask("/docs/guarded.safe.v1", tools, capability="safe")
    assert (page.status_code, "Call Look" in page.text) == (200, True)
    # The service of the other contract runs elsewhere.
    other = await guarded.ask("/docs/guarded.cashier.v1", tools, capability="safe")
    assert "runs in another process" in other.text
    for path in ("/docs/index", "/docs/guarded.safe.v1"):
        assert (await guarded.ask(path, bearer(AUDIT), capability="safe")).status_code == 403


async def test_probes_need_no_token(guarded: Guarded) -> None:
    for path in ("/health/live", "/health/ready", "/health/ready?from=kubelet"):
        assert (await guarded.ask(path, capability="safe")).status_code == 200


async def test_what_a_constructor_names_may_be_called_and_nothing_else(guarded: Guarded) -> None:
    assert (await guarded.ask(PAY, bearer(guarded.processes.token))).json() == {"value": 3}
    desk = bearer(guarded.token_of_desk)
    assert (await guarded.ask(TAKE, desk)).json() == {"value": 2}
    refused = await guarded.ask(LOOK, desk)
    assert (refused.status_code, refused.json()) == (403, {
        "code": "permission_denied",
        "message": "process 'desk' may not call it: no constructor of a capability in it names Safe of guarded.safe.v1, nor does its edge; "
        "let the one that calls ask for Safe",
    })  # fmt: skip
    assert refused.headers["plures-outcome"] == "not sent"
    for path in ("/contracts", "/docs/index", "/moves/track", "/plures.sagas.v1.SagaAdmin/Status"):
        assert (await guarded.ask(path, desk, capability="safe")).status_code == 403


async def test_a_token_is_for_one_callee_and_one_run(guarded: Guarded) -> None:
    assert (await guarded.ask(PAY, bearer(guarded.token_of_desk))).status_code == 401
    earlier = issue(guarded.plan, {"AUDIT_TOKEN": AUDIT})
    for token in (earlier.token, earlier.tools["vault"], earlier.access["desk"].tokens["stock"]):
        answer = await guarded.ask(TAKE, bearer(token))
        assert (answer.status_code, "Tokens of a run end with it" in answer.json()["message"]) == (401, True)


async def test_a_caller_from_outside_may_call_what_the_file_lists(guarded: Guarded) -> None:
    assert (await guarded.ask(LOOK, bearer(AUDIT))).json() == {"value": "gold"}
    assert (await guarded.ask(LOOK, ("AUTHORIZATION", f"bearer  {AUDIT}"))).status_code == 200
    refused = await guarded.ask(TAKE, bearer(AUDIT))
    assert refused.status_code == 403
    assert 'add "stock/Take" to may_call of [access.callers.audit]' in refused.json()["message"]
    assert (await guarded.ask(PAY, bearer(AUDIT))).status_code == 401


async def test_of_two_tokens_none_is_taken(guarded: Guarded) -> None:
    for other in (AUDIT, "something-else-entirely"):
        for pair in ((AUDIT, other), (other, AUDIT)):
            answer = await guarded.ask(LOOK, *map(bearer, pair))
            assert (answer.status_code, "not one Bearer token" in answer.json()["message"]) == (401, True)


async def test_the_listing_says_who_may_call_and_no_token(guarded: Guarded) -> None:
    listing = await guarded.ask("/contracts", bearer(guarded.supervisor.issued.tools["vault"]), capability="safe")
    assert {(each["name"], each["kind"], *each["may_call"]) for each in listing.json()["callers"]} == {
        ("desk", "process", "stock"),
        ("audit", "outside", "safe/Look"),
        ("plures", "tools", "*"),
    }
    assert AUDIT not in listing.text
    assert not any(digest_of(token.encode()) in listing.text for token in (AUDIT, guarded.token_of_desk))


@pytest.mark.parametrize("value", ["x" * 100_000, "tökën", "Bearer", "Basic YTpi"])
async def test_odd_headers_are_refused_and_hurt_nothing(guarded: Guarded, value: str) -> None:
    answer = await guarded.ask(LOOK, ("authorization", value))
    assert answer.status_code == (431 if len(value) > 65_536 else 401)
    assert (await guarded.ask(LOOK, bearer(AUDIT))).status_code == 200


async def test_tokens_outlive_the_process_that_takes_them(guarded: Guarded) -> None:
    token, before = guarded.token_of_desk, guarded.processes.pids["vault.1"]
    await guarded.processes.restart("vault")
    assert guarded.processes.pids["vault.1"] != before
    assert guarded.token_of_desk == token
    assert (await guarded.ask(TAKE, bearer(token))).json() == {"value": 2}
    await guarded.processes.restart("desk")
    assert (await guarded.ask(PAY, bearer(guarded.processes.token))).json() == {"value": 3}


def given_to(pid: int) -> str:
    """The arguments and the environment of a process."""
    return "".join(Path(f"/proc/{pid}/{name}").read_text() for name in ("environ", "cmdline"))


async def test_no_token_is_in_arguments_or_the_environment(guarded: Guarded) -> None:
    issued = guarded.supervisor.issued
    secrets = {AUDIT, issued.token, *issued.tools.values(), guarded.token_of_desk}
    for pid in guarded.processes.pids.values():
        assert pid != os.getpid()
        assert [secret for secret in secrets if secret in given_to(pid)] == []
