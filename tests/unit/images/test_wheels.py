"""Wheels: what lies in an image of them, and which of them a process needs."""

from pathlib import Path

from plures.images import Entry, Wheel, bringing, modules_below, needed, reached
from tests.building.wheels import make_wheel

LINUX = {"python_version": "3.11", "sys_platform": "linux"}


def module(name: str, text: str) -> Entry:
    return Entry(f"app/{name}", text.encode)


def test_scripts_and_data_lie_where_an_installer_puts_them(tmp_path: Path) -> None:
    files = {
        "tool/__init__.py": "",
        "tool-1.0.data/scripts/tool": "#!python\nprint()\n",
        "tool-1.0.data/purelib/more.py": "",
        "tool-1.0.data/data/share/tool.txt": "said",
    }
    wheel = Wheel(make_wheel(tmp_path, "tool", files))
    found = {entry.path: entry for entry in wheel.entries("app/packages")}
    assert found["app/packages/bin/tool"].read().startswith(b"#!/usr/bin/env python3\n")
    assert found["app/packages/bin/tool"].mode == 0o755
    assert found["app/packages/more.py"].mode == 0o644
    assert found["app/packages/share/tool.txt"].read() == b"said"
    assert wheel.modules == {"tool", "more"}


def test_requirements_are_followed_with_their_markers_and_extras(tmp_path: Path) -> None:
    made = [
        make_wheel(
            tmp_path,
            "shop-kit",
            {"kit.py": ""},
            requires=["low>=1", "extra-one; extra == 'one'", "windows; sys_platform == 'win32'"],
        ),
        *(
            make_wheel(tmp_path, name, {f"{name.replace('-', '_')}.py": ""})
            for name in ("low", "extra-one", "windows", "unused")
        ),
    ]
    wheels = {wheel.name: wheel for wheel in map(Wheel, made)}
    assert needed(["Shop.Kit"], wheels, LINUX) == ["low", "shop-kit"]
    assert needed(["shop-kit[one]"], wheels, LINUX) == ["extra-one", "low", "shop-kit"]
    assert needed(["not-locked"], wheels, LINUX) == []


def test_what_a_package_imports_where_it_is_there_stays_with_it(tmp_path: Path) -> None:
    """Starlette reads forms with python-multipart, and does not require it."""
    web = make_wheel(
        tmp_path,
        "web",
        {"web/forms.py": "try:\n    from forms_lib import parse\nexcept ImportError:\n    parse = None\n"},
    )
    forms = make_wheel(tmp_path, "forms-lib", {"forms_lib/__init__.py": ""})
    wheels = {wheel.name: wheel for wheel in map(Wheel, (web, forms))}
    assert needed(["web"], wheels, LINUX) == ["forms-lib", "web"]
    assert needed(["web"], wheels, LINUX, unread=["web"]) == ["web"]


def test_modules_are_followed_from_the_first_on(tmp_path: Path) -> None:
    modules = modules_below(
        "app",
        [
            module("shop/__init__.py", ""),
            module("shop/app.py", "from . import search\nfrom shop.pages import front\nEDGE = 'shop.web:app'\n"),
            module("shop/search.py", "def find():\n    import engine.core as e\n"),
            module("shop/pages/__init__.py", "from .front import *\n"),
            module("shop/pages/front.py", "import os, templates\n"),
            module("shop/web.py", "import framework\n"),
            module("shop/unused.py", "import never\n"),
            module("shop/notes.txt", "import words\n"),
        ],
    )
    seen, others = reached(["shop.app"], modules)
    assert {"shop", "shop.app", "shop.search", "shop.pages", "shop.pages.front", "shop.web"} == seen
    assert others == {"engine", "os", "templates", "framework"}
    seen, others = reached(["shop.app"], modules, without=["shop.web"])
    assert "framework" not in others
    engine = Wheel(make_wheel(tmp_path, "py-engine", {"engine/core.py": ""}))
    assert bringing(others, {"py-engine": engine}) == ["py-engine"]
