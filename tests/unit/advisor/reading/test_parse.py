import re

import pytest

from plures.advisor.reading.python.facts import Access, Import, ModuleFacts
from plures.advisor.reading.python.parse import parse


def facts(text: str) -> ModuleFacts:
    return parse(text.encode())


def test_imports_keep_level_name_alias_and_where_they_run():
    found = facts(
        "import a.b as c\n"
        "from . import d\n"
        "from ..e import f as g\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from h import i\n"
        "def later():\n    import j\n"
    )
    assert found.imports == (
        Import("a.b", 0, "", 1, alias="c"),
        Import("", 1, "d", 2),
        Import("e", 2, "f", 3, alias="g"),
        Import("typing", 0, "TYPE_CHECKING", 4),
        Import("h", 0, "i", 6, typing_only=True),
        Import("j", 0, "", 8, lazy=True),
    )


def test_an_import_in_a_string_is_none():
    assert facts('"""\nimport not_me\n"""\ntext = "from x import y"\n').imports == ()


def test_uses_say_what_callers_take_from_a_module():
    found = facts("from shop import search\nsearch.find('x')\nsearch.limit = 3\nprint(search.limit)\n")
    assert [(u.attribute, u.called, u.assigned) for u in found.uses] == [
        ("find", True, False),
        ("limit", False, True),
        ("limit", False, False),
    ]


def test_of_two_imports_with_one_first_name_the_fitting_one_is_used():
    found = facts("import a.b\nimport a.c\na.c.run()\n")
    assert [found.imports[u.index].module for u in found.uses] == ["a.c"]


@pytest.mark.parametrize(
    "old",
    [
        "import shop.search\nprint 'python 2'\n",
        "import shop.search\ntry:\n    pass\nexcept ValueError, e:\n    pass\n",
        "import shop.search\nx = 0777\n",
        "import shop.search\ndef broken(:\n",
    ],
)
def test_what_python_cannot_parse_still_gives_its_imports(old: str):
    found = facts(old)
    assert [i.module for i in found.imports] == ["shop.search"]
    assert re.fullmatch(r"syntax error in line \d+, as Python 3\.\d+ reads it", found.problem)


def test_both_sides_of_a_merge_conflict_are_read():
    found = facts(
        "<<<<<<< ours\nfrom a import x\n=======\nfrom b import (\n    y,\n    z,\n)\n>>>>>>> theirs\nx()\ny.go()\n"
    )
    assert found.problem == "merge-conflict markers"
    assert [(i.module, i.name) for i in found.imports] == [("a", "x"), ("b", "y"), ("b", "z")]
    assert [(u.index, u.attribute, u.called) for u in found.uses] == [(0, "", True), (1, "go", True)]


def test_binary_content_is_no_module():
    assert parse(b"import a\n\0\x80\xff").problem == "binary content"


def test_any_encoding_can_be_read():
    assert [i.module for i in parse("# -*- coding: cp1252 -*-\nimport a  # é\n".encode("cp1252")).imports] == ["a"]
    assert [i.module for i in parse(b"import a  # \xe9 in latin-1, undeclared\n").imports] == ["a"]
    assert [i.module for i in parse(b"# coding: no-such-encoding\nimport a\n").imports] == ["a"]
    assert [i.module for i in parse(b"\xef\xbb\xbfimport a\r\nimport b\r\n").imports] == ["a", "b"]


def test_nesting_too_deep_for_python_is_a_problem_and_no_crash():
    found = facts("import a\nx = " + "(" * 5000 + ")" * 5000 + "\n")
    assert [i.module for i in found.imports] == ["a"]
    assert found.problem


def test_only_lines_of_code_count():
    assert facts("# comment\n\nx = 1\n    \ny = 2  # two\n").lines == 2


def test_django_and_sqlalchemy_access():
    found = facts(
        "from shop.models import Order\n"
        "from sqlalchemy import select, insert\n"
        "Order.objects.filter(id=1)\n"
        "Order.objects.create(id=1)\n"
        "select(Order)\n"
        "insert(Order)\n"
    )
    touched = [(t.name, t.access) for t in found.tables if t.model and t.name == "Order"]
    assert touched == [("Order", Access.READ), ("Order", Access.WRITE), ("Order", Access.READ), ("Order", Access.WRITE)]


def test_a_docstring_may_speak_of_sql():
    assert facts('def f():\n    """SELECT a FROM b"""\n').tables == ()


def test_a_formatted_statement_is_read():
    found = facts('def f(x):\n    run(f"SELECT a FROM orders WHERE id = {x}")\n')
    assert [(t.name, t.access) for t in found.tables] == [("orders", Access.READ)]


def test_a_transaction_notes_what_is_used_inside():
    found = facts(
        "from django.db import transaction\nfrom shop import stock, mail\n"
        "@transaction.atomic\ndef place():\n    stock.take()\ndef tell():\n    mail.send()\n"
    )
    inside = {found.imports[i].name for _, used in found.transactions for i in used}
    assert "stock" in inside
    assert "mail" not in inside


def test_state_that_one_process_shares():
    assert facts(
        "cache = {}\nlimit = 3\n_count = 0\ndef up():\n    global _count\n    _count += 1\n"
    ).mutable_globals == ("cache", "_count")


@pytest.mark.parametrize(
    "cookie",
    "undefined punycode idna hex rot13 zlib base64 utf-16 utf-7 utf-32 unicode_escape raw_unicode_escape mbcs nonsense".split(),
)
def test_a_file_with_an_odd_coding_cookie_is_read_as_latin_1(cookie: str):
    found = parse(f"# coding: {cookie}\nimport shop.search\nname = 'caf\xe9 \\]'\n".encode("latin-1"))
    assert [wanted.module for wanted in found.imports] == ["shop.search"]
