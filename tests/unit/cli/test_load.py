"""`plures load`: what it refuses before anything is sent, what it writes, and how it ends."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

import pytest
from click.testing import Result

from tests.site import Asked, Site, answer, site

Run = Callable[..., Result]

SCENARIO = """
from plures.load import Profile, Visitor

async def look(shop: Visitor) -> None:
    await shop.get("/", step="home")

async def lost(shop: Visitor) -> None:
    await shop.get("/lost")

normal = Profile({look: 1})
bad = Profile({lost: 1})
mixed = Profile({look: 1, lost: 1})
"""


@pytest.fixture
def shop() -> Iterator[Site]:
    """A site that answers in a thread of its own."""
    ready: Future[tuple[Site, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def home(asked: Asked) -> bytes:
        return answer(200, b"home")

    async def serve() -> None:
        ended = asyncio.Event()
        async with site(home=home) as served:
            ready.set_result((served, asyncio.get_running_loop(), ended))
            await ended.wait()

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    served, loop, ended = ready.result(timeout=10)
    yield served
    loop.call_soon_threadsafe(ended.set)
    thread.join(timeout=10)


@pytest.fixture
def scenario(here: Path) -> Path:
    file = here / "scenario.py"
    file.write_text(SCENARIO)
    return file


def test_the_report_is_printed_and_written(plures: Run, scenario: Path, shop: Site) -> None:
    files = ("--json", "report.json", "--html", "report.html")
    result = plures("load", "scenario.py", "--rate", "40", "--duration", "300ms", "--url", shop.url, *files)
    assert result.exit_code == 0
    report = json.loads(Path("report.json").read_text())
    assert report["all"]["done"] == report["begun"] == shop.asked["GET /"] > 0
    assert f"normal: 40 journeys/s, for 0.3 s, on {shop.url}" in result.stdout
    assert "<svg" in Path("report.html").read_text()


def test_what_fails_is_said_and_told_by_the_status(plures: Run, scenario: Path, shop: Site) -> None:
    address = shop.url.removeprefix("http://")
    result = plures("load", "scenario.py", "--profile", "bad", "--rate", "40", "--duration", "0.2", "--url", address)
    assert result.exit_code == 1
    assert "status 404" in result.stdout
    assert "Not one request was answered as expected." in result.stdout


def test_a_load_of_nothing_has_a_report_too(plures: Run, scenario: Path, shop: Site) -> None:
    result = plures(
        "load", "scenario.py", "--rate", "0.001", "--duration", "10ms", "--url", shop.url, "--html", "r.html"
    )
    assert result.exit_code == 1
    assert "Nothing was sent" in result.stdout
    assert "Nothing was sent" in Path("r.html").read_text()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "there is no such file"),
        ("x = 1", "no variable of it holds a `Profile`"),
        ("x =", "line 1: SyntaxError"),
        ("import nothing_like_this", "line 1: ModuleNotFoundError"),
        ("from plures.load import Profile\n\nnormal = Profile({})", "there is no journey"),
        ("raise SystemExit('no')", "line 1: SystemExit: no"),
    ],
)
def test_a_scenario_that_is_none_is_explained(plures: Run, here: Path, text: str | None, says: str) -> None:
    if text is not None:
        Path("scenario.py").write_text(text)
    result = plures("load", "scenario.py", "--rate", "1", "--url", "http://127.0.0.1:9")
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--profile", "norma"], "Did you mean 'normal'?"),
        (["--url", "ftp://shop"], "load.no_address"),
        (["--url", "http://shop:99999"], "load.no_address"),
        (["--duration", "soon"], "no duration"),
        (["--duration", "0s"], "more than nothing"),
        (["--rate", "0"], "Invalid value for '--rate'"),
        (["--json", "no/such/folder.json"], "load.report_not_written"),
        ([], "There is no file plures.toml"),
    ],
)
def test_what_is_given_wrong_sends_nothing(
    plures: Run, scenario: Path, shop: Site, arguments: list[str], says: str
) -> None:
    url = [] if "--url" in arguments or not arguments else ["--url", shop.url]
    result = plures("load", "scenario.py", *(["--rate", "5"] if "--rate" not in arguments else []), *url, *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert shop.asked.total() == 0


def test_an_interrupted_load_tells_what_it_knows(scenario: Path, shop: Site) -> None:
    command = ["load", "scenario.py", "--rate", "50", "--duration", "1h", "--url", shop.url, "--json", "report.json"]
    program = [sys.executable, "-c", "import sys; from plures.cli import main; main(sys.argv[1:])", *command]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as running:
        limit = time.monotonic() + 60
        while shop.asked.total() < 3 and time.monotonic() < limit:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "It was interrupted after " in said
    report = json.loads(Path("report.json").read_text())
    assert report["interrupted"]
    assert report["all"]["sent"] == report["begun"] >= 3


def test_a_load_fails_by_the_limits_that_it_is_given(plures: Run, scenario: Path, shop: Site) -> None:
    load = ("load", "scenario.py", "--rate", "40", "--duration", "0.2", "--url", shop.url)
    kept = plures(*load, "--fail-if", "p99.9 > 60s", "--fail-if", "home failed>0", "--fail-if", "unsent>0%")
    assert (kept.exit_code, kept.stderr) == (0, "")
    missed = plures(*load, "--fail-if", "p50>0.0001ms", "--fail-if", "cart p99>1s", "--fail-if", "failed>0")
    assert missed.exit_code == 1
    assert "p50>0.0001ms: it was " in missed.stderr
    assert "cart p99>1s: no step of this name was made; there were home." in missed.stderr
    assert "failed>0" not in missed.stderr
    # Nothing is sent by mistake, and all mistakes are told.
    wrong = ("p99<1s", "p42>1", "failed>1s", "max>1%", "home unsent>1", "p99>fast")
    refused = plures(*load, *(text for each in wrong for text in ("--fail-if", each)))
    assert refused.exit_code == 2
    assert ", ".join(map(repr, wrong)) in refused.stderr.replace("\n", " ")


def test_so_many_requests_may_fail(plures: Run, scenario: Path, shop: Site) -> None:
    load = ("load", "scenario.py", "--profile", "mixed", "--rate", "60", "--duration", "0.5", "--url", shop.url)
    assert plures(*load).exit_code == 1
    assert plures(*load, "--fail-if", "failed>99%").exit_code == 0
    assert plures(*load, "--fail-if", "failed>0.1%").exit_code == 1
