"""What services do to a process that they share is read from their code, all at once, each with a way out."""

from pathlib import Path
from typing import Any

import pytest

from plures.errors import InvalidInput
from plures.rescue import check_clashes, find_clashes
from tests.unit.rescue.written import service

QUIET = {"app/main.py": "app = None\n"}


def codes(tmp_path: Path, *sources: str, **settings: Any) -> list[str]:
    services = [
        service(tmp_path, f"s{number}", {"app/main.py": source}, **settings) for number, source in enumerate(sources)
    ]
    return sorted({clash.rule.code for clash in find_clashes(services)})


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("import signal\nsignal.signal(signal.SIGTERM, print)", "rescue.signal_handler"),
        ("def go(loop):\n    loop.add_signal_handler(1, print)", "rescue.signal_handler"),
        ("import asyncio as a\na.set_event_loop_policy(None)", "rescue.event_loop"),
        ("from asyncio import run\nasync def go(): ...\nrun(go())", "rescue.event_loop"),
        ("import nest_asyncio\nnest_asyncio.apply()", "rescue.event_loop"),
        ("import os\ndef stop():\n    os._exit(1)", "rescue.ends_process"),
        ("import os\nos.chdir('/tmp')", "rescue.current_folder"),
        ("import sys\nsys.path.insert(0, 'lib')", "rescue.module_path"),
        ("from multiprocessing import Process\nProcess(target=print)", "rescue.child_process"),
        ("import requests\nasync def go():\n    requests.get('http://x')", "rescue.blocks_loop"),
        ("import time\nasync def go():\n    time.sleep(1)", "rescue.blocks_loop"),
        (
            "import httpx\nasync def go():\n    with httpx.Client() as c:\n        c.get('http://x')",
            "rescue.blocks_loop",
        ),
        ("open('data.json')", "rescue.relative_path"),
        ("from fastapi.staticfiles import StaticFiles\nStaticFiles(directory='static')", "rescue.relative_path"),
        ("from pathlib import Path\nHERE = Path('templates')", "rescue.relative_path"),
        ("MAIN = 'app/main.py'\nprint(MAIN)", "rescue.relative_path"),
        ("URL = 'sqlite:///./test.db'", "rescue.relative_database"),
        ("URL = 'sqlite+aiosqlite:///test.db'", "rescue.relative_database"),
        ("def wrong(:\n    pass", "rescue.unread"),
    ],
)
def test_what_one_service_does(tmp_path: Path, source: str, code: str) -> None:
    assert codes(tmp_path, source, "app = None") == [code]
    assert codes(tmp_path, source) == [], "alone it clashes with nothing"


@pytest.mark.parametrize(
    "source",
    [
        "import requests\ndef go():\n    requests.get('http://x')",
        "import requests\nasync def go():\n    def inner():\n        requests.get('http://x')",
        "import asyncio\nasync def main(): ...\nif __name__ == '__main__':\n    asyncio.run(main())",
        "URL = 'sqlite:////var/data.db'",
        "from pathlib import Path\nBASE = Path(__file__).parent\nFILE = BASE / 'app/main.py'",
        "URL = 'sqlite://'",
        "URL = 'sqlite:///:memory:'",
        "open('/etc/hosts')",
        "open(__file__)",
        "import logging\nlogging.basicConfig(level='DEBUG')",
        "NAME = 'not.there'",
    ],
)
def test_what_is_no_clash(tmp_path: Path, source: str) -> None:
    assert codes(tmp_path, source, "app = None") == []


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("from prometheus_client import Counter\nC = Counter('asked', 'x')", "rescue.metric_twice"),
        ("from sqlmodel import SQLModel\nclass User(SQLModel, table=True): ...", "rescue.table_twice"),
        ("import sentry_sdk\nsentry_sdk.init('x')", "rescue.global_state"),
        ("import structlog\nstructlog.configure()", "rescue.global_state"),
    ],
)
def test_what_two_services_do(tmp_path: Path, source: str, code: str) -> None:
    assert codes(tmp_path, source, source) == [code]
    assert codes(tmp_path, source, "app = None") == []


def test_versions_that_differ(tmp_path: Path) -> None:
    one = service(tmp_path, "one", {"requirements.txt": "Django-x[y]==1.0  # why\nhttpx==0.28\n", **QUIET})
    two = service(
        tmp_path, "two", {"pyproject.toml": "[project]\ndependencies = ['django_x==2.0', 'httpx==0.28']", **QUIET}
    )
    (clash,) = find_clashes([one, two])
    assert clash.violation.code == "rescue.versions"
    assert "1.0 in one, 2.0 in two" in clash.violation.what


def test_a_database_of_the_environment(tmp_path: Path) -> None:
    relative = service(tmp_path, "a", QUIET, environment={"DATABASE_URL": "sqlite:///orders.db"})
    whole = service(
        tmp_path, "b", {"app/main.py": "URL = 'sqlite:///./x.db'"}, environment={"DATABASE_URL": "sqlite:////data/x.db"}
    )
    (clash,) = find_clashes([relative, whole])
    assert clash.where == "[services.a] environment.DATABASE_URL"


def test_all_at_once_and_what_is_accepted(tmp_path: Path) -> None:
    source = "import os, signal\nos.chdir('/')\nsignal.signal(1, print)\n"
    one = service(tmp_path, "one", {"app/main.py": source})
    two = service(tmp_path, "two", QUIET)
    with pytest.raises(InvalidInput) as raised:
        check_clashes({"main": (one, two)})
    assert [violation.code for violation in raised.value.violations] == [
        "rescue.current_folder",
        "rescue.signal_handler",
    ]
    assert 'services = ["one"]' in raised.value.violations[0].fix
    assert raised.value.violations[0].where == f"{one.folder}/app/main.py:2"
    accepting = service(tmp_path, "one", QUIET, accepted=("rescue.current_folder", "rescue.signal_handler"))
    check_clashes({"main": (accepting, two)})
    check_clashes({"one": (one,), "two": (two,)})


def test_a_loop_of_its_own_may_be_blocked(tmp_path: Path) -> None:
    source = "import requests\nasync def go():\n    requests.get('http://x')"
    assert codes(tmp_path, source, "app = None", thread=True) == []


def test_tests_and_environments_of_a_service_are_not_read(tmp_path: Path) -> None:
    wrong = "import os\nos.chdir('/')\n"
    files = {"tests/test_x.py": wrong, ".venv/lib/x.py": wrong, "app/test_y.py": wrong, **QUIET}
    assert find_clashes([service(tmp_path, "a", files), service(tmp_path, "b", QUIET)]) == []
