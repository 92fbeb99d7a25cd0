"""What each process answers operators about sagas."""

from pathlib import Path
from typing import Any

import pytest

from plures import Database
from plures.data import Folder, open_database
from plures.host.sagas import NoSuchSaga, SagaAdminService, SagaDesk, SagaFilter, SagaState, sagas_counted
from plures.host.sagas.admin_contract import NoSagasHere
from plures.sagas import State, open_sagas, operations


@pytest.fixture
async def database(tmp_path: Path) -> Any:
    opened = await open_database(Folder(tmp_path), "ordering", [])
    await open_sagas(opened, "ordering", [])
    yield opened
    await opened.close()


async def begin(database: Database, id: str, state: str, **others: object) -> None:  # noqa: A002
    row = {
        "saga": "ordering", "id": id, "version": 1, "body": '{"card":"4111"}', "request_id": "r", "started_at": 1000,
        "changed_at": 2000, "state": state, "was": "running", "step": "payments.take", "attempts": 0, "due_at": 3000,
        "deadline_at": 0, "is_final": 0, "status": 0, "answer": "", "error": "", "failed_at": "", "worker": "",
    } | others  # fmt: skip
    values = ", ".join(f":{name}" for name in row)
    async with database.write() as connection:
        await connection.execute(f"INSERT INTO plures_sagas ({', '.join(row)}) VALUES ({values})", row)


async def test_each_state_is_shown_as_it_is(database: Database) -> None:
    for state in State:
        await begin(database, state.value, state.value)
    await begin(database, "in hand", "running", worker="w", deadline_at=9000, is_final=1)
    admin = SagaAdminService({"ordering": SagaDesk(database)})
    (count,) = await admin.counts("ordering")
    assert (count.running, count.compensating, count.parked, count.oldest_at.timestamp()) == (2, 1, 1, 1.0)
    assert (await sagas_counted({"ordering": SagaDesk(database)}))["ordering"] != []
    shown = {each.id: each for each in await admin.sagas("ordering", SagaFilter(states=tuple(SagaState)))}
    assert {each.id: each.state.value for each in shown.values()} == {
        **{state.value: state.value for state in State},
        "in hand": "running",
    }
    assert {name for name, each in shown.items() if each.due_at is not None} == {"running", "compensating"}
    assert (shown["in hand"].deadline_at is not None, shown["in hand"].is_final) == (True, True)
    assert {each.id for each in await admin.sagas("ordering", SagaFilter())} == {
        "running", "compensating", "parked", "in hand",
    }  # fmt: skip
    assert "4111" not in str(shown), "what it was begun with is shown of one at a time"
    assert "4111" in (await admin.show("ordering", "ordering", "parked")).body


async def test_a_change_wakes_the_worker(database: Database) -> None:
    woken: list[str] = []
    admin = SagaAdminService({"ordering": SagaDesk(database, lambda: woken.append("now"))})
    await begin(database, "a", "parked")
    await begin(database, "b", "parked", is_final=1)
    await begin(database, "c", "running")
    assert (await admin.resume("ordering", SagaFilter(id="a"))).changed == 1
    taken_back = await admin.compensate("ordering", SagaFilter())
    assert (taken_back.changed, taken_back.final) == (1, 1)
    assert woken == ["now", "now"]
    # The parked ones alone, where no state is named.
    assert {each.id: each.state for each in await operations.listed(database, operations.Filter())} == {
        "a": State.RUNNING,
        "b": State.COMPENSATING,
        "c": State.RUNNING,
    }


async def test_what_is_not_here_is_said(database: Database) -> None:
    admin = SagaAdminService({"ordering": SagaDesk(database)})
    with pytest.raises(NoSagasHere):
        await admin.counts("shipping")
    with pytest.raises(NoSuchSaga):
        await admin.show("ordering", "ordering", "a")
    assert await admin.names("ordering") == ()
