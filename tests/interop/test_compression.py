"""Requests that come compressed: official clients send them by default, attackers to fill the memory."""

import gzip
import json

import httpx
import pytest

PATH = "/interop.depot.v1.Depot/NextId"
REQUEST = json.dumps({"lastId": "1"}).encode()


async def post(url: str, body: bytes, encoding: str) -> httpx.Response:
    headers = {"content-type": "application/json", "content-encoding": encoding}
    async with httpx.AsyncClient() as client:
        return await client.post(url + PATH, content=body, headers=headers)


async def test_gzip_is_read(depot_url: str) -> None:
    assert (await post(depot_url, gzip.compress(REQUEST), "gzip")).json() == {"value": 2}


async def test_another_compression_is_unimplemented(depot_url: str) -> None:
    answer = await post(depot_url, REQUEST, "br")
    assert (answer.status_code, answer.json()["code"]) == (501, "unimplemented")
    assert "gzip" in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [REQUEST, b"", gzip.compress(REQUEST)[:-3], gzip.compress(REQUEST) + b"more"],
    ids=["plain", "empty", "cut off", "with a tail"],
)
async def test_what_is_not_gzip_is_refused(depot_url: str, body: bytes) -> None:
    answer = await post(depot_url, body, "gzip")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_argument")


async def test_a_small_body_that_unpacks_to_a_huge_one_is_refused(depot_url: str) -> None:
    bomb = gzip.compress(b" " * 200_000_000)
    assert len(bomb) < 1_000_000
    answer = await post(depot_url, bomb, "gzip")
    assert (answer.status_code, answer.json()["code"]) == (429, "resource_exhausted")
