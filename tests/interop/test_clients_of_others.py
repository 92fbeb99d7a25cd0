"""Official Connect clients call a Plures application."""

import pytest

from .calls import Call, Peer, Reply
from .contract import Parcel
from .parcels import PARCELS

each_parcel = pytest.mark.parametrize(("parcel", "json"), PARCELS.values(), ids=PARCELS)
each_method = pytest.mark.parametrize("use_get", [False, True], ids=["POST", "GET"])
TOO_HEAVY = "interop.depot.v1.TooHeavy"


@each_method
@each_parcel
async def test_values_arrive_as_what_they_are(
    peer: Peer, depot_url: str, parcel: Parcel, json: dict, use_get: bool
) -> None:
    reply = await peer(depot_url, Call("Spell", {"parcel": json}, use_get=use_get))
    assert reply == Reply([{"value": repr(parcel)}])


@each_method
@each_parcel
async def test_values_come_back_as_they_went(
    peer: Peer, depot_url: str, parcel: Parcel, json: dict, use_get: bool
) -> None:
    assert await peer(depot_url, Call("Mirror", {"parcel": json}, use_get=use_get)) == Reply([json])


async def test_nan_is_a_number_to_both(peer: Peer, depot_url: str) -> None:
    [nan] = (await peer(depot_url, Call("Turn", {"shape": {"square": {"sideMm": "7"}}}))).messages
    assert nan == {"value": {"circle": {"radius": 7}}}
    odd = dict(PARCELS["bare"][1], ratio="NaN")
    assert await peer(depot_url, Call("Mirror", {"parcel": odd})) == Reply([odd])


@each_method
async def test_a_scalar_is_answered_as_a_value(peer: Peer, depot_url: str, use_get: bool) -> None:
    call = Call("NextId", {"lastId": "9007199254740993", "step": "2", "label": "abc"}, use_get=use_get)
    assert await peer(depot_url, call) == Reply([{"value": "9007199254740998"}])


async def test_what_is_not_sent_takes_its_default(peer: Peer, depot_url: str) -> None:
    assert await peer(depot_url, Call("NextId", {"lastId": "41"})) == Reply([{"value": "42"}])


async def test_none_is_answered_as_an_empty_message(peer: Peer, depot_url: str) -> None:
    assert await peer(depot_url, Call("Lift", {"weightG": "1000"})) == Reply([{}])


async def test_a_stream_arrives_in_order(peer: Peer, depot_url: str) -> None:
    reply = await peer(depot_url, Call("Unload", {"first": "0", "count": "300"}))
    assert reply == Reply([{"sideMm": str(number)} for number in range(300)])


async def test_a_declared_error_has_its_code_and_text_and_no_detail_of_zeros(peer: Peer, depot_url: str) -> None:
    reply = await peer(depot_url, Call("Lift", {"weightG": "5000"}))
    assert (reply.messages, reply.code, reply.text) == ([], "out_of_range", "It is too heavy to be lifted.")
    assert reply.details == []


async def test_a_stream_may_end_in_a_declared_error(peer: Peer, depot_url: str) -> None:
    reply = await peer(depot_url, Call("Unload", {"first": "999", "count": "9"}))
    assert reply.messages == [{"sideMm": "999"}, {"sideMm": "1000"}]
    assert (reply.code, reply.text, reply.details) == ("out_of_range", "It is too heavy to be lifted.", [])


async def test_the_callers_deadline_holds(peer: Peer, depot_url: str) -> None:
    assert (await peer(depot_url, Call("Wait", {"holdS": 15}, timeout_ms=300))).code == "deadline_exceeded"


async def test_the_declared_deadline_holds(peer: Peer, depot_url: str) -> None:
    assert (await peer(depot_url, Call("Hurry", {"holdS": 15}))).code == "deadline_exceeded"


async def test_a_deadline_with_time_to_spare_changes_nothing(peer: Peer, depot_url: str) -> None:
    assert await peer(depot_url, Call("Hurry", {"holdS": 0}, timeout_ms=20_000)) == Reply([{}])


async def test_a_request_against_the_contract_names_the_field(peer: Peer, depot_url: str) -> None:
    reply = await peer(depot_url, Call("Mirror", {}))
    assert reply.code == "invalid_argument"
    assert "parcel: is missing" in reply.text
