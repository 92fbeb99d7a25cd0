"""Which classes and modules could be the first capability, in which order, and what keeps the others from it."""

from pathlib import Path

import pytest

from plures.adoption.errors import NoSuchCandidate

from .written import WEB, adopted, after, left, shop

HANDLER = "@app.get('/')\ndef handler() -> None:\n"


@pytest.mark.parametrize(
    ("function", "what", "fix"),
    [
        ("def send(to, n=3, text=None): ...", ["send: to has no type", "send: n has no type", "send: text has no type"], "write n: int"),
        ("def send(to: str):\n    return to", ["send: its answer has no type"], "write -> and the type"),
        ("def send(to: set[str]) -> None: ...", ["send: to: set cannot cross"], "list[T]"),
        ("def send(to: dict) -> None: ...", ["send: to: dict cannot cross"], "dict[str, T]"),
        ("def send(to: dict[int, str]) -> None: ...", ["send: to: dict[int, str]: the keys of a JSON object are text"], "list of messages"),
        ("def send(to: list[str | None]) -> None: ...", ["send: to: None in a list or a dict"], "leave out"),
        ("def send(to: int | str) -> None: ...", ["send: to: int | str is a union of more than messages"], "message for each"),
        ("def send(*to: str, **more: str) -> None: ...", ["send: to is an open list", "send: more is an open list"], "name each"),
        ("def send(to: str = smtplib.__name__) -> None: ...", ["send: the default of to is no literal"], "literal"),
        ("def send(to: list[str] = ['a']) -> None: ...", ["send: the default of to is not empty"], ""),
        ("def send(to: list[str]) -> None:\n    to.append('a')", ["send: it changes its argument to"], "return it"),
        ("def send(to: str) -> 'Iterator[str]':\n    yield to", ["send: its answer: Iterator cannot cross", "send: it is a generator"], ""),
        ("def send(to: 'Row') -> None: ...\n\n\nclass Base(DeclarativeBase): ...\n\n\nclass Row(Base):\n    x: int", ["send: to: Row is mapped"], ""),
        ("def send(to: 'A') -> None: ...\n\n\n@dataclass\nclass A:\n    x: int\n\n\nclass B(A): ...", ["send: to: A has subclasses"], "the subclass"),
        ("def send(to: Session) -> None: ...", ["send: to: Session belongs to a database"], "its own session"),
        ("def send(to: Request) -> None: ...", ["send: to: Request belongs to the web application"], "pass the values"),
        ("def send(to: str) -> None:\n    raise HTTPException(404)", ["send: HTTPException belongs to the web application"], "of your own"),
        ("def send(to: str) -> None:\n    deep()\n\n\ndef deep():\n    current_app.x", ["send: it needs flask.current_app"], "as arguments"),
        ("def sEnd(to: str) -> None: ...\n\n\nsend = sEnd", ["sEnd: peers cannot spell the name"], "lower-case"),
    ],
)  # fmt: skip
def test_what_cannot_cross_is_said_at_once(tmp_path: Path, function: str, what: list[str], fix: str) -> None:
    head = (
        "import smtplib\nfrom dataclasses import dataclass\nfrom typing import Iterator\nfrom fastapi import HTTPException, Request\nfrom flask import current_app\n"
        "from sqlalchemy.orm import DeclarativeBase, Session\n\n\n"
    )
    name = "sEnd" if "sEnd" in function else "send"
    found = shop(tmp_path, f"{WEB}{HANDLER}    mailing.{name}('a')\n", f"{head}{function}\n")
    assert found.chosen is None
    assert [each.path for each in found.changes] == ["shop_app.py", "plures.toml"]
    problems = found.candidates[0].all_problems
    assert len(problems) == len(what)
    assert all(each.what.startswith(words) for each, words in zip(problems, what, strict=True)), problems
    assert any(fix in each.fix for each in problems)
    assert all(each.path == "shop/mailing.py" and each.line > 6 for each in problems)


def test_what_crosses(tmp_path: Path) -> None:
    mailing = """
        from __future__ import annotations
        import datetime as dt
        from dataclasses import dataclass
        from decimal import Decimal
        from enum import Enum
        from typing import TYPE_CHECKING, Annotated, Literal, Optional
        from pydantic import BaseModel, Field
        if TYPE_CHECKING:
            from shop.types import Kind

        class Mood(Enum):
            GOOD = "good"

        @dataclass
        class Mail:
            to: list[str]
            mood: Mood
            at: dt.datetime
            answer: Optional["Mail"] = None

        class Page(BaseModel):
            mails: list[Mail]
            price: Annotated[Decimal, Field(gt=0)]

        def send(mail: "Mail", /, kind: Kind, *, how: Literal["now", "later"] = "now", n: int | None = None) -> dict[str, Page]:
            raise NotImplementedError
    """
    types = "from enum import IntEnum\n\n\nclass Kind(IntEnum):\n    A = 1\n"
    web = f"{WEB}{HANDLER}    mailing.send(1, kind=2)\n"
    found = shop(tmp_path, web, "", {"shop/mailing.py": mailing, "shop/types.py": types})
    assert found.candidates[0].all_problems == ()
    contract, service = after(found, "shop/mailing_contract.py"), after(found, "shop/mailing_service.py")
    signature = "def send(\n        self,\n        mail: Mail,\n        /,\n        kind: Kind,\n        *,\n        how: Literal['now', 'later'] = 'now',\n        n: int | None = None,\n    ) -> dict[str, Page]:"
    assert signature in contract
    assert signature in service
    assert "from shop.mailing import Mail, Page\nfrom shop.types import Kind\n" in contract
    assert "return mailing.send(mail, kind, how=how, n=n)" in service


def test_the_best_one_works_has_few_tables_and_callers_that_can_be_changed(tmp_path: Path) -> None:
    files = {
        "shop/web.py": f"""
            {WEB.splitlines()[0]}
            from shop import mailing, orders, text, half
            app = FastAPI()
            def handler() -> None:
                mailing.send("a")
                orders.count("a")
                text.slug("a")
                half.one("a")
                half.two("a")
        """,
        "shop/mailing.py": "import smtplib\ndef send(to: str) -> None:\n    smtplib.SMTP\n",
        "shop/text.py": "def slug(to: str) -> str:\n    return to\n",
        "shop/half.py": "import smtplib\ndef one(to: str) -> None:\n    smtplib.SMTP\ndef two(to) -> None: ...\n",
        "shop/orders.py": "import smtplib\ndef count(to: str) -> None:\n    smtplib.SMTP('SELECT id FROM orders, people')\n",
        "shop/commands.py": "",
    }
    found = adopted(tmp_path, files)
    assert [each.name for each in found.candidates] == ["shop.mailing", "shop.orders", "shop.text", "shop.half"]
    assert found.candidates[1].tables == ("orders",)
    orders = adopted(tmp_path, files, candidate="orders")
    assert 'shared_tables=["orders"]' in after(orders, "shop_app.py")
    assert any("tables of the application (orders)" in each for each in left(orders))
    half = adopted(tmp_path, files, candidate="shop.half")
    assert 'plures.client(Half).one("a")\n    half.two("a")' in after(half, "shop/web.py")
    assert any("two: to has no type; write to: …" in each for each in left(half))
    with pytest.raises(NoSuchCandidate) as caught:
        adopted(tmp_path, files, candidate="shop.mailin")
    assert "shop.mailing" in caught.value.fix
    with pytest.raises(NoSuchCandidate, match="no candidate") as caught:
        adopted(tmp_path, files, candidate="shop.commands")
    assert caught.value.why == "no other module calls a public function of it, or an object of its classes"


CLASS = """
    import smtplib
    class Refused(Exception):
        def __init__(self, to: str) -> None:
            self.to = to
    class MailService:
        def __init__(self{more}) -> None:
            self.sent = smtplib
        def send(self, to: str) -> None:
            self._check(to)
        def _check(self, to: str) -> None:
            raise Refused(to)
        @property
        def host(self) -> str: ...
"""


@pytest.mark.parametrize(
    ("module", "handler", "written"),
    [
        ("", "mailing.MailService().send('a')", "plures.client(Mail).send('a')"),
        ("", "mails = mailing.MailService()\n    mails.send('a')\n    mails.send('b')", "mails = plures.client(Mail)\n    mails.send('a')"),
        ("mails: MailService = MailService()", "mailing.mails.send('a')", "plures.client(Mail).send('a')"),
        ("", "mails = mailing.MailService()\n    mails.send(mails)", "uses mails for something that is no operation"),
        ("", "mailing.MailService().host", "uses host, which is no operation"),
        ("", "mailing.MailService(1).send('a')", "makes an object with arguments of its own"),
        ("", "print(mailing.MailService())", "passes it on"),
        ("", "isinstance(1, mailing.MailService)", "names the class without making an object of it"),
    ],
)  # fmt: skip
def test_objects_of_a_class(tmp_path: Path, module: str, handler: str, written: str) -> None:
    also = "from shop.mailing import MailService\n\n\ndef also():\n    MailService().send('b')\n"
    mailing = CLASS.format(more="") + (f"    {module}\n" if module else "")
    found = shop(tmp_path, f"{WEB}{HANDLER}    {handler}\n", "", {"shop/mailing.py": mailing, "shop/also.py": also})
    assert found.chosen is not None
    assert "@command(deadline_s=30, errors=[Refused])" in after(found, "shop/mail_contract.py")
    reasons = [each.reason for each in found.chosen.left]
    if "client" in written:
        assert written in after(found, "shop/web.py")
        assert not reasons
    else:
        assert len(reasons) == 1
        assert reasons[0].startswith(written)


def test_a_module_that_imports_its_caller(tmp_path: Path) -> None:
    web = f"{WEB}{HANDLER}    mailing.send('a')\n"
    found = shop(tmp_path, web, "from shop import web\n\n\ndef send(to: str) -> None: ...\n")
    assert found.chosen is None
    assert [(each.where, each.what) for each in found.candidates[0].all_problems] == [
        ("shop/mailing.py:1", "shop.mailing imports shop/web.py, which imports it in turn")
    ]
    lazy = "def send(to: str) -> None:\n    from shop import web\n"
    assert shop(tmp_path, web, lazy).chosen is not None


def test_a_constructor_that_asks_for_something(tmp_path: Path) -> None:
    mailing = {"shop/mailing.py": CLASS.format(more=", host: str")}
    web = f"{WEB}{HANDLER}    mailing.MailService('h').send('a')\n    mailing.MailService('i').send('a')\n"
    found = shop(tmp_path, web, "", mailing)
    assert found.chosen is None
    web = f"{WEB}mails = mailing.MailService('h')\n\n\n{HANDLER}    mails.send('a')\n"
    also = "from shop.objects import mails\n\n\ndef also():\n    mails.send('b')\n"
    objects = "from shop.mailing import MailService\n\nmails = MailService('h')\n"
    found = shop(tmp_path, WEB, "", mailing | {"shop/objects.py": objects, "shop/also.py": also})
    wiring = after(found, "shop_app.py")
    assert "def the_mail() -> MailService:\n    return mails\n" in wiring
    assert "mail = Capability(Mail, the_mail)\n" in wiring
