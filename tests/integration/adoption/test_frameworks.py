"""An application of each framework after `plures adopt` and `git apply`: its own tests pass, and it runs."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner

from plures.cli import main
from tests.integration.cli.programs import PLURES, program

FASTAPI = {
    "shop/__init__.py": "",
    "shop/errors.py": """
        class NoSuchAddress(Exception):
            def __init__(self, address: str) -> None:
                super().__init__(f"nothing reaches {address}")
                self.address = address
    """,
    "shop/mailing.py": """
        import smtplib
        from typing import Optional

        from pydantic import BaseModel

        from .errors import NoSuchAddress

        sent: list[str] = []


        class Mail(BaseModel):
            to: str
            text: str = ""


        def send(mail: Mail, *, copy: Optional[str] = None) -> int:
            if "@" not in mail.to:
                raise NoSuchAddress(mail.to)
            sent.append(mail.to)
            return len(sent)


        async def ping(host: str = "localhost"):
            smtplib.SMTP
    """,
    "shop/web.py": """
        from fastapi import FastAPI

        # Who writes to whom.
        from .errors import NoSuchAddress
        from .mailing import Mail, ping, send  # the mail

        app = FastAPI()


        @app.post("/mail/{to}")
        def mail(to: str) -> int:
            try:
                return send(Mail(to=to), copy=None)
            except NoSuchAddress as error:
                return -len(error.address)


        @app.get("/ping")
        async def ping_it() -> str:
            await ping()
            return "pong"
    """,
    "test_web.py": """
        from fastapi.testclient import TestClient
        from shop.web import app

        client = TestClient(app)


        def test_mail() -> None:
            first = client.post("/mail/anna@example.com").json()
            assert client.post("/mail/anna@example.com").json() == first + 1
            assert client.post("/mail/anna").json() == -4
            assert client.get("/ping").json() == "pong"
    """,
}
FLASK = {
    "src/shop/__init__.py": """
        from flask import Flask


        def create_app(name: str = "shop") -> Flask:
            from .views import shop

            app = Flask(name)
            app.register_blueprint(shop)
            return app
    """,
    "src/shop/pictures.py": """
        import zipfile


        class PictureService:
            def __init__(self, size: int) -> None:
                self.size = size

            def small(self, data: bytes) -> bytes:
                return data[: self.size]

            def pack(self, data: bytes) -> zipfile.ZipFile:
                raise NotImplementedError


        pictures = PictureService(3)
    """,
    "src/shop/views.py": """
        from flask import Blueprint, request

        from shop import pictures

        shop = Blueprint("shop", __name__)


        @shop.post("/small")
        def small():
            return pictures.pictures.small(request.data)


        @shop.get("/")
        def home():
            return "home"
    """,
    "src/test_views.py": """
        from shop import create_app

        client = create_app().test_client()


        def test_small() -> None:
            assert client.post("/small", data=b"picture").data == b"pic"
    """,
    "setup.cfg": "[metadata]\nname = shop\n",
}
DJANGO = {
    "manage.py": "",
    "site_of_shop/__init__.py": "",
    "site_of_shop/settings.py": """
        SECRET_KEY = "a"
        ALLOWED_HOSTS = ["*"]
        ROOT_URLCONF = "site_of_shop.urls"
        USE_TZ = True
        MARK = ";"
    """,
    "site_of_shop/wsgi.py": """
        import os

        from django.core.wsgi import get_wsgi_application

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_of_shop.settings")
        application = get_wsgi_application()
    """,
    "site_of_shop/asgi.py": """
        import os

        from django.core.asgi import get_asgi_application

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_of_shop.settings")
        application = get_asgi_application()
    """,
    "exports/__init__.py": "",
    "exports/tables.py": """
        import csv
        import io

        from django.conf import settings

        MARK = settings.MARK


        def as_csv(rows: "list[list[str]]") -> str:
            text = io.StringIO()
            csv.writer(text, delimiter=MARK).writerows(rows)
            return text.getvalue()
    """,
    "site_of_shop/urls.py": """
        from django.http import HttpResponse
        from django.urls import path


        def export(request):
            from exports.tables import as_csv
            return HttpResponse(as_csv([["a", "b"]]))


        urlpatterns = [path("export", export)]
    """,
    "test_export.py": """
        import site_of_shop.wsgi
        from django.test import Client


        def test_export() -> None:
            assert Client().get("/export").content == b"a;b\\r\\n"
    """,
}
APPLICATIONS = {
    "fastapi": (FASTAPI, "", "shop.mailing", "/ping", b'"pong"'),
    "flask": (FLASK, "src", "shop.pictures.PictureService", "/", b"home"),
    "django": (DJANGO, "", "exports.tables", "/export", b"a;b\r\n"),
}


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=anna", "-c", "user.email=anna@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("kind", APPLICATIONS)
def test_its_own_tests_pass_and_it_runs(kind: str, tmp_path: Path) -> None:
    files, root, candidate, path, answer = APPLICATIONS[kind]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(dedent(text).lstrip("\n"))
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "theirs")
    words = ["adopt", str(tmp_path), "--output", str(tmp_path / "adopt.patch"), "--json"]
    assert json.loads(CliRunner().invoke(main, words).stdout)["candidate"] == candidate
    git(tmp_path, "apply", "--whitespace=error-all", "adopt.patch")
    folder = tmp_path / root
    # The warnings of their client of tests are theirs.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    own = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--plures", "process", "."]
    ran = subprocess.run(own, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr
    with program(folder, *PLURES, "run", "--port", "0", "--control-port", "0") as running:
        place = running.line(r"^(?:\S+|the application): (http://\S+)$")[1]
        with urllib.request.urlopen(f"{place}{path}", timeout=10) as answered:
            assert answered.read() == answer
