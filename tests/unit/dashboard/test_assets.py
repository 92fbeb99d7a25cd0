"""What a browser gets: small, from here alone, with the notices of whose code it is."""

import gzip
import re
from importlib.resources import files

from plures.dashboard import PAGE, POLICY, assets

MOST_BYTES = 150_000


def test_all_of_it_is_small() -> None:
    assert sum(len(gzip.compress(each.content)) for each in assets().values()) <= MOST_BYTES


def test_each_file_that_is_named_is_there_and_none_is_elsewhere() -> None:
    found = assets()
    for path, asset in found.items():
        text = asset.content.decode()
        if path.endswith(".js"):
            folder = path.rpartition("/")[0]
            for named in re.findall(r'from\s?"([^"]+)"', text):
                assert named.startswith("."), f"{path} imports {named}"
                parts = f"{folder}/{named}".replace("/./", "/").split("/")
                while ".." in parts:
                    at = parts.index("..")
                    del parts[at - 1 : at + 1]
                assert "/".join(parts) in found, f"{path} imports {named}"
        if "/vendored/" not in path:
            assert not re.findall(r"https?://(?!www\.w3\.org/)", text), path
            assert "innerHTML" not in text, path
    page = found[PAGE].content.decode()
    for named in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert named in found
    assert "<style" not in page
    assert not re.findall(r"<script[^>]*>[^<]", page)


def test_the_policy_allows_nothing_from_elsewhere_and_no_markup_of_text() -> None:
    said = dict(each.strip().split(" ", 1) for each in POLICY.split(";"))
    assert said["default-src"] == "'none'"
    assert said["script-src"] == said["style-src"] == "'self'"
    assert said["require-trusted-types-for"] == "'script'"
    assert not any(word in POLICY for word in ("unsafe", "http", "*", "data:"))


def test_the_licences_of_others_lie_beside_their_code() -> None:
    folder = files("plures.dashboard") / "web" / "vendored"
    assert "Jason Miller" in (folder / "LICENSE.preact").read_text()
    assert "Apache License" in (folder / "LICENSE.htm").read_text()
    table = (folder / "README.md").read_text()
    for each in folder.iterdir():
        if each.name.endswith(".js"):
            assert f"`{each.name}`" in table
