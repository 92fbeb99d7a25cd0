"""Commands with a key that write by SQLAlchemy, on each store: its session is in the transaction that waits for the answer."""

import pytest
from sqlalchemy import text

from plures import Database, Internal
from tests.databases import Databases

from .shelf import TABLE, Service, client, rows


class BySession(Service):
    def __init__(self, database: Database, *, fails: bool) -> None:
        super().__init__(database)
        self._fails = fails

    async def put(self, key: str, pieces: int = 1) -> int:
        async with self._database.session() as session:
            await session.execute(text("INSERT INTO runs VALUES (:key)"), {"key": key})
        async with self._database.session() as session:
            await session.execute(text("INSERT INTO runs VALUES (:key)"), {"key": key})
            count = (await session.execute(text("SELECT count(*) FROM runs"))).scalar_one()
        if self._fails:
            raise RuntimeError(key)
        return int(count)


async def test_a_session_commits_with_the_answer_or_not_at_all(
    databases: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    database = await databases.open("shelf", (TABLE,))
    with pytest.raises(Internal):
        await client(database, BySession(database, fails=True)).put("k")
    # The first of its two writes was committed before the second began.
    assert await rows(database) == 1
    shelf = client(database, BySession(database, fails=False))
    assert [await shelf.put("k"), await shelf.put("k")] == [3, 3]
    assert await rows(database) == 3
    assert "RuntimeError" in caplog.text
