"""Calls of contracts: each is a step, sent as a process of the application sends it."""

import asyncio
import json
from base64 import urlsafe_b64decode
from typing import Protocol

from plures import Message, acting_for, contract, query
from plures.load import Load, Profile, Target, Visitor, report_of, run_load
from plures.runtime import new_key
from tests.site import Asked, answer, site


@contract("load.greeting.v1", owner="tests")
class Greeting(Protocol):
    @query()
    async def greet(self, name: str) -> str: ...

    @query()
    async def part(self, name: str) -> str: ...


class Guest(Message):
    name: str


async def test_each_call_is_a_step_and_goes_on_whose_behalf_it_should() -> None:
    async def greet(asked: Asked) -> bytes:
        assert asked.headers["authorization"] == "Bearer secret"
        behalf = urlsafe_b64decode(asked.headers["plures-context"].split(".")[3] + "==")
        told = f"{json.loads(asked.body)['name']} for {json.loads(behalf)['name']}"
        return answer(200, json.dumps({"value": told}).encode(), content_type="application/json")

    async def part(asked: Asked) -> bytes:
        failed = {"code": "invalid_argument", "message": "no"}
        return answer(400, json.dumps(failed).encode(), content_type="application/json")

    async def journey(shop: Visitor) -> None:
        greeting = shop.client(Greeting)
        with acting_for(Guest("Ada")):
            told = await greeting.greet(f"guest {shop.number}")
        shop.check(told == f"guest {shop.number} for Ada", "someone else was greeted")
        await greeting.part("Ada")

    async with site(**{"load.greeting.v1.Greeting/Greet": greet, "load.greeting.v1.Greeting/Part": part}) as served:
        known = {"greeting": (served.url,)}
        target = Target("", known, {served.url: "secret"}, context_key=new_key())
        report = report_of(await run_load(Load("test", Profile({journey: 1}), target, 40, 0.25), asyncio.Event()))
    (told,) = report.journeys
    assert [(each.step, each.sent, each.done, dict(each.failed)) for each in told.steps] == [
        ("Greeting.greet", told.begun, told.begun, {}),
        ("Greeting.part", told.begun, 0, {"InvalidRequest": told.begun}),
    ]
    assert dict(told.failed) == {"Greeting.part: InvalidRequest": told.begun}
    assert told.begun > 0
