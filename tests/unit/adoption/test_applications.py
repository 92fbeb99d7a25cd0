"""The web application: found in code that is not run, named where there are several, and mounted."""

from pathlib import Path

import pytest

from plures.adoption.errors import NoSuchEdge, NoWebApplication, SeveralWebApplications
from plures.advisor.errors import NoPythonFound

from .written import MAILING, WEB, adopted, after, git

FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
DJANGO = "import os\nfrom django.core.{0} import get_{0}_application\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')\napplication = get_{0}_application()\n"


@pytest.mark.parametrize(
    ("files", "place", "wiring"),
    [
        ({"main.py": FASTAPI}, "main:app", "plures.toml"),
        ({"src/shop/api.py": "import fastapi as f\nimport shop\napi: f.FastAPI = f.FastAPI()\n", "src/shop/__init__.py": "", "pyproject.toml": ""}, "shop.api:api", "src/plures.toml"),
        ({"app.py": "from flask import Flask\n\ndef make(debug=False):\n    made = Flask(__name__)\n    return made\n\napp = make()\n"}, "app:app", "plures.toml"),
        ({"app.py": "from flask import Flask\n\ndef make() -> Flask:\n    return Flask('x')\n"}, "app:make", "plures.toml"),
        ({"a.py": "from starlette.applications import Starlette\nfrom x import Wrap\napp = Wrap(Starlette(), 1)\n"}, "a:app", "plures.toml"),
        ({"a.py": "from fastapi import FastAPI\nclass Api(FastAPI): ...\napp = Api()\n"}, "a:app", "plures.toml"),
        ({"manage.py": "", "site/wsgi.py": DJANGO.format("wsgi"), "site/asgi.py": DJANGO.format("asgi")}, "site.wsgi:application", "plures.toml"),
        ({"web/manage.py": "", "web/site/asgi.py": DJANGO.format("asgi")}, "site.asgi:application", "web/plures.toml"),
        ({"a.py": FASTAPI, "b.py": FASTAPI, "Procfile": "web: uvicorn b:app --port 80\n"}, "b:app", "plures.toml"),
        ({"a.py": FASTAPI + "from b import app as below\napp.mount('/b', below)\n", "b.py": FASTAPI}, "a:app", "plures.toml"),
        ({"ns/deep/a.py": FASTAPI}, "ns.deep.a:app", "plures.toml"),
        ({"lib.py": "x = 1\n", "demo/manage.py": "", "demo/site/wsgi.py": DJANGO.format("wsgi")}, "site.wsgi:application", "demo/plures.toml"),
        ({"a.py": FASTAPI, "tests/test_a.py": FASTAPI, "old.py": "print 'python 2'\n", "bad.py": b"\xff\xfe\0"}, "a:app", "plures.toml"),
    ],
)  # fmt: skip
def test_it_is_found(tmp_path: Path, files: dict[str, str | bytes], place: str, wiring: str) -> None:
    found = adopted(tmp_path, files)
    assert found.web.place == place
    assert [each.path for each in found.changes][-1] == wiring
    module = found.changes[0].path.rpartition("/")[2].removesuffix(".py")
    assert after(found, wiring) == f'[application]\nimport = "{module}:app"\n'
    assert f'edge="{place}")\n' in after(found, found.changes[0].path)


def test_a_factory_with_parameters_is_called(tmp_path: Path) -> None:
    factory = "from flask import Flask\n\ndef create_app(config=None):\n    app = Flask('shop')\n    return app\n"
    found = adopted(tmp_path, {"shop/__init__.py": factory})
    text = after(found, "shop_app.py")
    assert "def web() -> object:\n    from shop import create_app\n\n    return create_app()\n\n\n" in text
    assert 'app = Application("shop", [], edge=web)\n' in text


def test_several(tmp_path: Path) -> None:
    with pytest.raises(SeveralWebApplications) as caught:
        adopted(tmp_path, {"a.py": FASTAPI, "b.py": FASTAPI})
    assert caught.value.why == "a:app (FastAPI, a.py:2); b:app (FastAPI, b.py:2)"
    assert adopted(tmp_path, {}, edge="b:app").web.place == "b:app"
    for edge, reason in [
        ("c:app", "no file is called c"),
        ("b", "it does not name"),
        ("b:ap", "b.py has no ap at its top"),
    ]:
        with pytest.raises(NoSuchEdge) as wrong:
            adopted(tmp_path, {}, edge=edge)
        assert reason in str(wrong.value.why)


def test_none(tmp_path: Path) -> None:
    with pytest.raises(NoWebApplication) as caught:
        adopted(tmp_path, {"a.py": "import importlib\napp = importlib.import_module('b').app\n", "b.py": "def f(:\n"})
    assert "b.py cannot be read: invalid syntax in line 1" in str(caught.value.why)
    (tmp_path / "c").mkdir()
    with pytest.raises(NoPythonFound):
        adopted(tmp_path / "c", {})


def test_names_that_are_taken(tmp_path: Path) -> None:
    taken = {"shop/mailing_contract.py": "", "shop/mailing_service.py": "", "shop_app/__init__.py": ""}
    web = f"{WEB}class Mailing: ...\n\n\ndef handler() -> None:\n    mailing.send('a')\n"
    found = adopted(tmp_path, {"shop/__init__.py": "", "shop/mailing.py": MAILING, "shop/web.py": web} | taken)
    assert [each.path for each in found.changes] == [
        "shop/mailing_contract_plures.py", "shop/mailing_service_plures.py", "shop/web.py", "shop_app_plures.py", "plures.toml",
    ]  # fmt: skip
    assert "plures.client(MailingContract).send('a')" in after(found, "shop/web.py")


def test_a_second_candidate_beside_a_plures_toml(tmp_path: Path) -> None:
    files = {
        "shop/mailing.py": MAILING,
        "shop/web.py": f"{WEB}def handler() -> None:\n    mailing.send('a')\n",
        "plures.toml": "",
    }
    found = adopted(tmp_path, files)
    assert [each.path for each in found.changes] == [
        "shop/mailing_contract.py",
        "shop/mailing_service.py",
        "shop/web.py",
    ]
    assert any(
        "mailing = Capability(Mailing, MailingService), and Mailing in clients=" in each.what for each in found.left
    )


def test_paths_begin_at_the_top_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "my code").mkdir()
    git(tmp_path, "init", "--quiet")
    found = adopted(tmp_path / "my code", {"a.py": FASTAPI})
    assert [each.path for each in found.changes] == ["my code/a_app.py", "my code/plures.toml"]
    git(tmp_path, "apply", "--index", given=found.patch)
    assert (tmp_path / "my code/plures.toml").read_text() == '[application]\nimport = "a_app:app"\n'


def test_the_team_of_codeowners_answers_for_it(tmp_path: Path) -> None:
    web = f"{WEB}def handler() -> None:\n    mailing.send('a')\n"
    found = adopted(tmp_path, {"shop/mailing.py": MAILING, "shop/web.py": web, "CODEOWNERS": "*.py @acme/growth\n"})
    assert '@contract("shop.mailing.v1", owner="growth")' in after(found, "shop/mailing_contract.py")
    assert found.left == []
