"""What connections may hold together."""

from plures.http.room import UNCOUNTED_BYTES, Room, Share

MUCH = 10 * UNCOUNTED_BYTES


def test_connections_share_one_room() -> None:
    room = Room(3 * MUCH)
    one, other = Share(room), Share(room)
    assert one.hold(2 * MUCH)
    assert not other.hold(2 * MUCH)
    assert (room.held_bytes, other.counted) == (2 * MUCH, 0)
    assert other.hold(MUCH)
    assert not other.hold(MUCH + 1)
    assert one.hold(MUCH)
    assert other.hold(2 * MUCH)
    one.hold(0)
    other.hold(0)
    assert room.held_bytes == 0


def test_little_is_always_held() -> None:
    room = Room(0)
    shares = [Share(room) for _ in range(100)]
    assert all(share.hold(UNCOUNTED_BYTES) for share in shares)
    assert room.held_bytes == 0
