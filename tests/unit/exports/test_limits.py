"""How large messages may be travels through every form of a contract, and comes back."""

import json
from pathlib import Path
from typing import Protocol

import pytest

from plures import command, contract, query
from plures.compat import Contract, described, lock_text, numbered, read_lock
from plures.contract import DEFAULT_MESSAGE_BYTES, read_contract
from plures.errors import InvalidInput
from plures.exports import export
from plures.imports import Wanted, import_file
from plures.pages import ContractPage, Site, contract_main


@contract("shop.pictures.v1", owner="tests")
class Pictures(Protocol):
    @command(max_request_bytes=8 * 1024 * 1024)
    async def add(self, picture: bytes) -> None: ...
    @query(max_request_bytes=2000, max_response_bytes=8 * 1024 * 1024)
    async def get(self, name: str) -> bytes: ...
    @query(max_response_bytes=DEFAULT_MESSAGE_BYTES)
    async def count(self) -> int: ...


@pytest.fixture
def pictures() -> Contract:
    return numbered(described(read_contract(Pictures)[0]), None)


LIMITS = {
    "Add": {"max_request_bytes": 8_388_608},
    "Get": {"max_request_bytes": 2000, "max_response_bytes": 8_388_608},
    "Count": {},
}


def test_lock_files_have_what_is_not_usual(pictures: Contract) -> None:
    text = lock_text(pictures)
    assert (text.count("max_request_bytes"), text.count("max_response_bytes")) == (2, 1)
    read = read_lock(text, "lock")
    assert {name: dict(each.limits) for name, each in read.operations.items()} == LIMITS
    assert lock_text(read) == text
    for wrong in ("0", "-1", "1.5", '"8 MiB"', "true"):
        with pytest.raises(InvalidInput, match="max_request_bytes"):
            read_lock(text.replace("max_request_bytes = 2000", f"max_request_bytes = {wrong}"), "lock")


def test_proto_files_say_it_and_are_read_back(pictures: Contract, tmp_path: Path) -> None:
    written = export(pictures, "proto")
    assert "// Limits: request 2,000 bytes, response 8,388,608 bytes." in written.text
    path = tmp_path / written.path
    path.parent.mkdir(parents=True)
    path.write_text(written.text)
    back = import_file(path, Wanted())
    assert {name: dict(each.limits) for name, each in back.contract.operations.items()} == LIMITS
    assert "max_request_bytes=8_388_608" in back.module


def test_documents_and_types_say_it(pictures: Contract) -> None:
    paths = json.loads(export(pictures, "openapi").text)["paths"]
    add = paths["/shop.pictures.v1.Pictures/Add"]["post"]
    assert add["x-plures-max-request-bytes"] == 8_388_608
    assert "Limits: request 8,388,608 bytes." in add["description"]
    assert "Limits" not in paths["/shop.pictures.v1.Pictures/Count"]["post"]["description"]
    assert "Limits: request 8,388,608 bytes." in export(pictures, "typescript").text
    assert json.loads(export(pictures, "json").text)["operations"]["Add"]["max_request_bytes"] == 8_388_608


def test_pages_show_it(pictures: Contract) -> None:
    page = ContractPage(pictures, "pictures")
    assert "max_response_bytes: 8,388,608" in str(contract_main(page, Site("shop", (page,))))
