"""`plures call --explain`: what was done in the call is told as it was done, by peers that go wrong on purpose."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from plures.cli.explaining import explained_call
from plures.cli.finding import Callee
from plures.deploy import ListenAddress, listen

STARTING = (503, {"code": "unavailable", "message": "the replica is starting"}, "not sent")
OVERLOADED = (503, {"code": "unavailable", "kind": "call.overloaded", "message": "too much to do"}, "not sent")
FINE = (200, {"value": 5}, "")


def operation(**changes: Any) -> dict[str, Any]:
    return {
        "name": "shop.search.v1.Search/Find",
        "kind": "query",
        "idempotent": True,
        "streams": False,
        "deadline_s": 5.0,
        "criticality": "normal",
        "hedge_after_s": None,
        "request": {},
        **changes,
    }


@contextmanager
def peer(answer: tuple[int, Any, str] | None, listing: Any = None) -> Iterator[str]:
    """A peer with one answer to each call; None: it breaks the connection instead."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(404 if listing is None else 200, listing, "")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            if answer is None:
                self.connection.close()
                self.close_connection = True
            else:
                self.answer(*answer)

        def answer(self, status: int, data: Any, outcome: str) -> None:
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            if outcome:
                self.send_header("plures-outcome", outcome)
            self.end_headers()
            self.wfile.write(body)

        def finish(self) -> None:
            if answer is not None:
                super().finish()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


@pytest.fixture
def explained(capsys: pytest.CaptureFixture[str]) -> Any:
    """The report of a call to peers that answer so."""

    def explain(*answers: tuple[int, Any, str] | None, as_json: bool = True, **changes: Any) -> tuple[int, Any]:
        with ExitStack() as stack:
            urls = [stack.enter_context(peer(answer)) for answer in answers]
            status = explained_call(Callee("shop", operation(**changes), urls), (), timeout_s=None, as_json=as_json)
        out = capsys.readouterr().out
        return status, json.loads(out) if as_json else out

    return explain


def test_one_answer_is_one_request(explained: Any) -> None:
    status, report = explained(FINE)
    assert (status, report["answer"], len(report["attempts"]), report["notes"]) == (0, {"value": 5}, 1, [])
    assert report["attempts"][0]["ended"] == "answered"
    assert report["holds"]["deadline_s"] == {"value": 5.0, "from": "contract"}
    assert report["holds"]["attempts"] == {"value": 3, "from": "default"}


def test_a_replica_that_starts_is_passed_over(explained: Any) -> None:
    seen: set[int] = set()
    while seen != {1, 2}:
        status, report = explained(STARTING, FINE, kind="command", idempotent=False)
        assert (status, report["answer"]) == (0, {"value": 5})
        seen.add(len(report["attempts"]))
        if len(report["attempts"]) == 2:
            first = report["attempts"][0]
            assert first["ended"] == "refused with HTTP 503: nothing ran"
            assert first["then"].startswith("nothing ran there, so another replica may be asked")


def test_a_query_whose_connection_breaks_is_sent_again_as_often_as_it_may(explained: Any) -> None:
    status, report = explained(None)
    assert (status, report["answer"], report["error"]["code"]) == (1, None, "unavailable")
    thens = [attempt["then"] for attempt in report["attempts"]]
    assert [then.partition(", after")[0] for then in thens] == [
        "sent once more",
        "sent once more",
        "not sent once more: no attempt is left",
    ]


def test_a_command_whose_connection_breaks_is_not(explained: Any) -> None:
    status, report = explained(None, kind="command", idempotent=False)
    [attempt] = report["attempts"]
    assert status == 1
    assert attempt["ended"].startswith("the connection broke: ")
    assert attempt["then"] == "not sent once more: it may have run, and neither is it a query nor idempotent"


def test_an_overloaded_replica_alone_is_not_asked_again(explained: Any) -> None:
    _, report = explained(OVERLOADED)
    [attempt] = report["attempts"]
    assert attempt["ended"] == "refused, since it has as much to do as it can"
    assert "it did not say when to ask again" in attempt["then"]


def test_where_no_connection_can_be_made_each_further_round_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    closed = listen(ListenAddress(port=0))
    closed.close()
    assert explained_call(Callee("shop", operation(), [closed.url]), (), timeout_s=None, as_json=True) == 1
    report = json.loads(capsys.readouterr().out)
    assert "not sent" in report["error"]["message"]
    assert [attempt["ended"] for attempt in report["attempts"]] == ["not reached: Connection refused"] * 3
    assert report["attempts"][-1]["then"] == "not sent once more: no attempt is left"


def test_a_second_replica_that_was_asked_as_well_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    never = threading.Event()

    class Slow(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            never.wait()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as slow:
        serving = threading.Thread(target=slow.serve_forever, args=(0.01,))
        serving.start()
        url = f"http://127.0.0.1:{slow.server_port}"
        status = explained_call(
            Callee("shop", operation(hedge_after_s=0.01, deadline_s=0.1), [url, f"{url}/"]),
            (),
            timeout_s=None,
            as_json=True,
        )
        never.set()
        slow.shutdown()
        serving.join()
    first, second = json.loads(capsys.readouterr().out)["attempts"]
    assert (status, second["ended"]) == (1, "not answered until the call ended")
    assert first["then"] == "another replica was asked as well, since the first replica had not answered by then"


def test_people_read_what_holds_what_replicas_say_and_what_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    name = "shop.search.v1.Search/Find"
    listing = {
        "contracts": [
            {
                "capability": "search",
                "operations": [{"name": name}],
                "policy": {"attempts": {"value": 2, "from": "[policy] of plures.toml"}},
                "admission": {
                    "refused": 7,
                    "lanes": [{"name": name, "inside": 3, "limit": 40, "usual_s": 0.0123}],
                },
            }
        ],
        "places": {"places": 64, "inside": 3, "waiting": 1},
        "calls": [
            {
                "capability": "search",
                "how": "over the wire",
                "replicas": [
                    {"url": "http://a", "state": "left out", "for_s": 1.5, "under_way": 0, "failures_in_a_row": 5}
                ],
                "budget_left": 3.5,
                "critical_budget_left": 10.0,
            },
            {"capability": "search", "how": "by reference"},
            {"capability": "tax", "how": "by reference"},
        ],
    }
    with peer(FINE, listing) as url:
        assert explained_call(Callee("shop", operation(), [url]), (), timeout_s=2, as_json=False) == 0
    out = capsys.readouterr().out
    assert f"{name}: a query, so it may be sent again\n" in out
    assert "deadline_s     2 s     --timeout" in out
    assert "attempts       2       [policy] of plures.toml  times it is sent at most\n" in out
    assert (
        f"  {url}: 3 of at most 40 calls of it inside, usually 12.3 ms each; 3 of 64 places of the process taken, 1 waiting; "
        "7 calls of the capability refused so far\n"
    ) in out
    assert f"  {url}: http://a left out for 1.5 s, 0 under way; 3.5 repeats left, 10 of critical calls\n" in out
    assert f"  {url}: hosts it, and calls it by reference; nothing is repeated, left out or refused there\n" in out
    assert f"  1. {url} after " in out
    assert '"value": 5' in out
