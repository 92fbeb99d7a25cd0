"""Applications that are written for one test, and what `plures adopt` makes of them."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from plures.adoption import Adoption, adopt

WEB = "from fastapi import FastAPI\nfrom shop import mailing\n\napp = FastAPI()\n\n\n"
MAILING = "import smtplib\n\n\ndef send(to: str) -> None:\n    smtplib.SMTP\n"


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else dedent(text).lstrip("\n").encode())
    return folder


def adopted(
    folder: Path, files: Mapping[str, str | bytes], edge: str | None = None, candidate: str | None = None
) -> Adoption:
    return adopt(write(folder, files), lambda *_: None, edge=edge, candidate=candidate)


def shop(
    folder: Path, web: str | bytes, mailing: str = MAILING, more: Mapping[str, str | bytes] | None = None
) -> Adoption:
    """A shop whose web application calls functions of shop/mailing.py."""
    files: dict[str, str | bytes] = {"shop/__init__.py": "", "shop/mailing.py": mailing, "shop/web.py": web}
    return adopted(folder, files | dict(more or {}))


def after(adoption: Adoption, path: str) -> str:
    """The text of a file once the patch is applied."""
    return next(each.after.decode() for each in adoption.changes if each.path == path)


def left(adoption: Adoption) -> list[str]:
    """What a person does, in lines."""
    return [f"{each.where}: {each.what}" for each in adoption.left]


def git(folder: Path, *words: str, given: bytes | None = None) -> str:
    who = ("-c", "user.name=anna", "-c", "user.email=anna@example.org")
    done = subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, input=given)
    return done.stdout.decode()
