"""Callers written anew: what is rewritten keeps its text, and what is not safe is left to a person with the reason."""

from pathlib import Path

import pytest

from .written import MAILING, after, git, left, shop

HEAD = "from fastapi import FastAPI\n"
APP = "app = FastAPI()\n"
HANDLER = "@app.get('/')\ndef handler() -> None:\n"


@pytest.mark.parametrize(
    ("imported", "call", "imports", "called"),
    [
        ("from shop.mailing import send", "send('a')", "from shop.mailing_contract import Mailing", "send('a')"),
        ("from .mailing import send as post", "post('a')", "from .mailing_contract import Mailing", "send('a')"),
        ("from . import mailing", "mailing.send('a')", "from .mailing_contract import Mailing", "send('a')"),
        (
            "from shop import mailing as m",
            "m.send(to='a')",
            "from shop.mailing_contract import Mailing",
            "send(to='a')",
        ),
        ("import shop.mailing", "shop.mailing.send('a')", "from shop.mailing_contract import Mailing", "send('a')"),
        ("import shop.mailing as m", "m.send('a')", "from shop.mailing_contract import Mailing", "send('a')"),
    ],
)
def test_each_way_to_import(tmp_path: Path, imported: str, call: str, imports: str, called: str) -> None:
    found = shop(tmp_path, f"{HEAD}{imported}\n{APP}\n{HANDLER}    {call}  # now\n")
    text = after(found, "shop/web.py")
    assert text == f"{HEAD}import plures\n{imports}\n{APP}\n{HANDLER}    plures.client(Mailing).{called}  # now\n"


def test_names_that_are_still_used_stay_imported(tmp_path: Path) -> None:
    web = f"{HEAD}from shop.mailing import send, test, unused\n{APP}\n{HANDLER}    send('é'); test(1); send\n    unused('a')\n"
    mailing = MAILING + "\n\ndef test(x): ...\n\n\ndef unused(to: str) -> None: ...\n"
    text = after(shop(tmp_path, web, mailing), "shop/web.py")
    assert "from shop.mailing import send, test\nimport plures\n" in text
    assert "plures.client(Mailing).send('é'); test(1); send\n    plures.client(Mailing).unused('a')" in text


@pytest.mark.parametrize(
    "written",
    [
        "from shop.mailing import send  # noqa: F401\n",
        "from shop.mailing import (\n    # the mail\n    send,  # now\n)\n",
        "import os; from shop.mailing import send; import sys\n",
        "from shop.mailing import \\\n    send\n",
    ],
)
def test_no_comment_and_no_layout_is_lost(tmp_path: Path, written: str) -> None:
    found = shop(tmp_path, f"{HEAD}{written}\n\n# Apps.\n{APP}\n{HANDLER}    send('a')\n")
    text = after(found, "shop/web.py")
    assert f"{HEAD}{written}import plures\nfrom shop.mailing_contract import Mailing\n\n\n# Apps.\n" in text
    assert any("not used any more" in each for each in left(found))
    compile(text, "web.py", "exec")


@pytest.mark.parametrize(
    "other",
    ["from shop.web import send\n", "from shop.web import *\n", "import shop.web\n\nx = shop.web.send\n"],
)
def test_a_name_that_others_take_from_the_caller_stays(tmp_path: Path, other: str) -> None:
    found = shop(
        tmp_path, f"{HEAD}from shop.mailing import send\n{APP}\n{HANDLER}    send('a')\n", more={"shop/other.py": other}
    )
    assert "from shop.mailing import send\nimport plures\n" in after(found, "shop/web.py")


def test_a_name_of_all_stays(tmp_path: Path) -> None:
    web = f"{HEAD}from shop.mailing import send\n__all__ = ['send']\n{APP}\n{HANDLER}    send('a')\n"
    assert "import send\nimport plures" in after(shop(tmp_path, web), "shop/web.py")


def test_an_import_within_a_function_stays_there(tmp_path: Path) -> None:
    web = f"{HEAD}{APP}\n{HANDLER}\tfrom shop.mailing import send\n\tsend('a')\n"
    text = after(shop(tmp_path, web), "shop/web.py")
    assert "():" not in text.splitlines()[0]
    assert "\timport plures\n\tfrom shop.mailing_contract import Mailing\n\tplures.client(Mailing).send('a')\n" in text


def test_it_is_found_through_names_that_are_handed_on(tmp_path: Path) -> None:
    web = f"{HEAD}from shop import post\n{APP}\n{HANDLER}    post('a')\n"
    handed = {"shop/__init__.py": "from .mailing import send as post\n"}
    found = shop(tmp_path, web, more=handed)
    assert "from shop.mailing_contract import Mailing\n" in after(found, "shop/web.py")
    web += "\n\ndef also():\n    post('b')\n"
    starred = shop(tmp_path, web.replace("import post", "import *"), more=handed)
    assert starred.candidates[0].left[0].reason == "has it by an import under a condition, or with a star"


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig", "utf-8"])
def test_encoding_line_ends_form_feeds_and_the_missing_last_line_end_stay(
    tmp_path: Path, encoding: str, end: str
) -> None:
    cookie = "# -*- coding: latin-1 -*-\n" if encoding == "latin-1" else ""
    web = f"{cookie}{HEAD}from shop.mailing import send\n{APP}\n\x0c\n# grün \x1c \x85\n{HANDLER}    'ü'; send('ä')"
    content = web.replace("\n", end).encode(encoding)
    found = shop(tmp_path, content)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "apply", given=found.patch)
    wanted = web.replace("send('ä')", "plures.client(Mailing).send('ä')")
    wanted = wanted.replace("from shop.mailing import send", "import plures\nfrom shop.mailing_contract import Mailing")
    assert (tmp_path / "shop/web.py").read_bytes() == wanted.replace("\n", end).encode(encoding)


LEFT = {
    "on instead of calling it": f"{HEAD}from shop.mailing import send\n{APP}\n{HANDLER}    map(send, [])\n",
    "while the module is imported": f"{HEAD}from shop.mailing import send\n{APP}send('a')\n",
    "import under a condition": f"{HEAD}try:\n    from shop.mailing import send\nexcept ImportError:\n    pass\n{APP}\n{HANDLER}    send('a')\n",
    "asyncio.to_thread": f"{HEAD}from shop.mailing import send\n{APP}\n@app.get('/')\nasync def handler():\n    send('a')\n",
    "web.py:8) calls it": f"{HEAD}from shop.mailing import send\n{APP}\ndef tell():\n    send('a')\n\nasync def handler():\n    tell()\n",
    "open list of arguments": f"{HEAD}from shop.mailing import send\n{APP}\n{HANDLER}    send(*['a'])\n",
    "catches ValueError": f"{HEAD}from shop.mailing import send\n{APP}\n{HANDLER}    try:\n        send('a')\n    except ValueError:\n        pass\n",
    "@shared_task": f"{HEAD}from shop.mailing import send\nfrom celery import shared_task\n{APP}\n@shared_task\ndef job():\n    send('a')\n",
}


@pytest.mark.parametrize("reason", LEFT)
def test_what_is_not_safe_is_left(tmp_path: Path, reason: str) -> None:
    also = f"{HEAD}from shop.mailing import send\n\ndef also():\n    send('b')\n"
    found = shop(tmp_path, LEFT[reason], more={"shop/also.py": also})
    assert [each.path for each in found.changes if each.path.endswith(("web.py", "also.py"))] == ["shop/also.py"]
    assert [each for each in left(found) if each.startswith("shop/web.py") and reason in each], left(found)


def test_what_a_test_replaces_is_left(tmp_path: Path) -> None:
    web = f"{HEAD}from shop.mailing import send\n{APP}\n{HANDLER}    send('a')\n"
    test = "from unittest.mock import patch\n\ndef test_x():\n    with patch('shop.web.send'):\n        pass\n"
    found = shop(tmp_path, web, more={"tests/test_web.py": test})
    assert not any(each.path == "shop/web.py" for each in found.changes)
    assert found.candidates[0].left[0].reason == "is what a test replaces (tests/test_web.py:4)"


def test_a_local_name_hides_it(tmp_path: Path) -> None:
    web = f"{HEAD}from shop.mailing import send\n{APP}\n{HANDLER}    send('a')\n\ndef other(send):\n    send('b')\n"
    assert "    send('b')\n" in after(shop(tmp_path, web), "shop/web.py")
