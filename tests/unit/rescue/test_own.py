"""Each service has modules, variables and a place of its own, though all share a process."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from plures.rescue import ServiceNotLoaded, Together, running_services
from tests.unit.rescue.written import service

MAIN = """
    import dataclasses, importlib, json, os, pickle, threading
    from dataclasses import dataclass
    from typing import Optional

    import app.settings
    import app.settings as aliased
    from app import settings as named
    from app.models import Item, name
    from . import models

    @dataclass
    class Node:
        child: "Optional[Node]" = None
        item: "Item | None" = None

    def late():
        from app.late import WHO
        return WHO

    def in_thread():
        found = []
        thread = threading.Thread(target=lambda: found.append(os.environ["WHO"]))
        thread.start()
        thread.join()
        return found[0]

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        import typing
        from app import settings
        os.environ["WRITTEN"] = settings.WHO
        by_text = importlib.import_module("app.models")
        told = {
            "who": [app_settings.WHO, aliased.WHO, named.WHO, settings.WHO, name(), late(), models.name()],
            "text": [by_text.name(), by_text.Item.__module__],
            "environ": [os.environ["WHO"], os.getenv("WHO"), in_thread(), os.environ.get("NOT"), os.environ["WRITTEN"]],
            "pickle": pickle.loads(pickle.dumps(Item("x"))).title,
            "hints": str(typing.get_type_hints(Node)["item"]),
            "same": by_text.Item is Item,
        }
        body = json.dumps(told).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    app_settings = __import__("app.settings").settings
"""
FILES = {
    "app/__init__.py": "",
    "app/main.py": MAIN,
    "app/settings.py": "import os\nWHO = os.environ['WHO']\n",
    "app/late.py": "from .settings import WHO\n",
    "app/models.py": """
        from dataclasses import dataclass
        from app.settings import WHO

        @dataclass
        class Item:
            title: str

        def name():
            from app.settings import WHO
            return WHO
        """,
}


async def told(name: str) -> Any:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"http://{name}:8000/")).json()


async def test_services_with_the_same_names_of_modules_live_together(tmp_path: Path) -> None:
    services = [service(tmp_path, name, FILES, environment={"WHO": name}) for name in ("orders", "stock")]
    before = os.environ
    async with running_services(Together(services)):
        for name in ("orders", "stock"):
            answer = await told(name)
            assert set(answer["who"]) == {name}
            assert answer["text"] == [name, f"{name}:app.models"]
            assert answer["environ"] == [name, name, name, None, name]
            assert answer["pickle"] == "x"
            assert f"{name}:app.models.Item" in answer["hints"]
            assert answer["same"]
        assert "WHO" not in os.environ
    assert os.environ is before
    assert not [name for name in sys.modules if name.startswith(("orders:", "stock:")) or name == "app.models"]


async def test_a_service_whose_names_are_its_own_keeps_them(tmp_path: Path) -> None:
    files = {
        "billing_api/__init__.py": "",
        "billing_api/main.py": """
            async def app(scope, receive, send):
                if scope["type"] == "http":
                    await send({"type": "http.response.start", "status": 200, "headers": []})
                    await send({"type": "http.response.body", "body": __name__.encode()})
        """,
    }
    alone = service(tmp_path, "billing", files, app="billing_api.main:app")
    async with running_services(Together([alone])), httpx.AsyncClient() as client:
        assert (await client.get("http://billing:8000/")).text == "billing_api.main"


async def test_a_file_named_as_a_library_hides_it_from_its_own_service_alone(tmp_path: Path) -> None:
    files = {
        "queue.py": "MINE = True\n",
        "main.py": """
            import queue, concurrent.futures
            async def app(scope, receive, send):
                if scope["type"] == "http":
                    import json
                    await send({"type": "http.response.start", "status": 200 if queue.MINE else 500, "headers": []})
                    await send({"type": "http.response.body", "body": b""})
        """,
    }
    hiding = service(tmp_path, "hiding", files, app="main:app")
    async with running_services(Together([hiding])), httpx.AsyncClient() as client:
        assert (await client.get("http://hiding:8000/")).status_code == 200
        import queue

        assert queue.SimpleQueue


async def test_what_one_service_does_to_the_log_is_not_done_to_others(tmp_path: Path) -> None:
    files = {
        "app/main.py": """
            import logging, logging.config
            logging.config.dictConfig({"version": 1, "handlers": {"h": {"class": "logging.StreamHandler"}}, "root": {"level": "DEBUG", "handlers": ["h"]}})
            async def app(scope, receive, send):
                raise RuntimeError("no lifespan")
        """,
    }
    other = logging.getLogger("of_another_service")
    root = logging.getLogger()
    before = ([*root.handlers], root.level)
    async with running_services(Together([service(tmp_path, "loud", files)])):
        assert not other.disabled
        assert ([*root.handlers], root.level) == before


@pytest.mark.parametrize(
    ("files", "app", "reason"),
    [
        ({"app/main.py": "import nothing_of_this_name\n"}, "app.main:app", "nothing_of_this_name"),
        ({"app/main.py": "x = 1\n"}, "app.main:app", "has no attribute 'app'"),
        ({"app/main.py": "app = 1\n"}, "app.main:app", "it is int, not an ASGI application"),
        ({"app/main.py": "import sys\nsys.exit('no settings')\n"}, "app.main:app", "SystemExit: no settings"),
        ({}, "app.main:app", "No module named"),
    ],
)
async def test_a_service_that_cannot_be_loaded_is_named(
    tmp_path: Path, files: dict[str, str], app: str, reason: str
) -> None:
    (tmp_path / "broken").mkdir()
    with pytest.raises(ServiceNotLoaded) as raised:
        async with running_services(Together([service(tmp_path, "broken", files, app=app)])):
            pass
    assert reason in raised.value.why
    assert "broken" in raised.value.what


async def test_a_factory_is_called(tmp_path: Path) -> None:
    files = {
        "app/main.py": """
            def create():
                async def app(scope, receive, send):
                    if scope["type"] == "http":
                        await send({"type": "http.response.start", "status": 204, "headers": []})
                        await send({"type": "http.response.body"})
                return app
        """
    }
    made = service(tmp_path, "made", files, app="app.main:create()")
    async with running_services(Together([made])), httpx.AsyncClient() as client:
        assert (await client.get("http://made:8000/")).status_code == 204
