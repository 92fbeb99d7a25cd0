"""What connections to the control listener hold of requests, one by one and together."""

import json

from plures.http import Room
from plures.runtime import MAX_BODY_BYTES
from tests.integration.deploy.support import until

from .answering import Serve, get, post

LARGE = b"x" * (MAX_BODY_BYTES // 2)


async def test_large_requests_behind_one_in_flight_wait_outside(serve: Serve) -> None:
    room = Room()
    it = await serve(room=room)
    clients = [await it.connect(get("/held")) for _ in range(3)]
    await it.has_asked(3)
    for client in clients:
        # More than the kernel takes for itself must wait at the sender.
        client.say_later(post(LARGE) * 16)
    await until(lambda: room.held_bytes >= 3 * len(LARGE))
    assert room.held_bytes < 3 * 2.5 * len(LARGE)
    it.answering.go.set()
    for client in clients:
        assert (await client.answer()).body == b"held"
        for _ in range(16):
            assert (await client.answer()).body == LARGE
    await until(lambda: room.held_bytes == 0)


async def test_bodies_for_which_there_is_no_room_are_refused_as_not_sent(serve: Serve) -> None:
    room = Room(len(LARGE) + 100_000)
    it = await serve(room=room)
    uploading = await it.connect(post(LARGE)[:-1])
    await until(lambda: room.held_bytes > len(LARGE) // 2)
    await until(lambda: room.held_bytes >= len(LARGE))
    further = await it.connect(post(LARGE) + post(b"small"))
    refused = await further.answer()
    assert (refused.status, refused.headers["plures-outcome"]) == (503, "not sent")
    assert json.loads(refused.body)["code"] == "unavailable"
    # The connection stays usable, and what is small is taken.
    assert (await further.answer()).body == b"small"
    await uploading.say(b"x")
    assert (await uploading.answer()).body == LARGE
    await further.say(post(LARGE))
    assert (await further.answer()).body == LARGE
    assert it.answering.paths == ["/echo"] * 3


async def test_a_request_counts_until_it_is_answered_or_its_peer_hangs_up(serve: Serve) -> None:
    room = Room()
    it = await serve(room=room)
    held = await it.connect(post(LARGE, path="/held"))
    await it.has_asked(1)
    assert room.held_bytes > len(LARGE)
    held.hang_up()
    await until(lambda: room.held_bytes == 0)
    uploading = await it.connect(post(LARGE)[:-1])
    await until(lambda: room.held_bytes > 0)
    uploading.hang_up()
    await until(lambda: room.held_bytes == 0)


async def test_many_requests_in_one_piece_are_read_a_few_at_a_time(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(get("/held") + get("/echo") * 3000)
    protocol = await it.only()
    await it.has_asked(1)
    assert len(protocol._waiting) < 50
    it.answering.go.set()
    assert (await client.answer()).body == b"held"
    for _ in range(3000):
        assert (await client.answer()).body == b"done"
