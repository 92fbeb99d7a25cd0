"""Some hundreds of hostile requests, and of slow connections, to both listeners of a shop that runs as a process.

`python -m bench.hostile` sends ten thousand, `python -m bench.hostile --crowd 2000` lets so many stand there.
"""

from bench.hostile.campaign import campaign, told
from bench.hostile.crowd import Kind, crowd
from bench.hostile.sending import End, Patience
from bench.hostile.shop import running_shop

SEED = 20261128
# Who hangs up need not wait for the time in which a request must be whole.
HANGS_UP = Patience(answer_s=1.0, end_s=60.0, hangs_up=True)


async def test_hostile_requests_break_nothing() -> None:
    with running_shop() as shop:
        found = await campaign(shop, SEED, range(200), HANGS_UP)
        slow = await crowd(shop, Kind.SLOW_HEAD, 200, is_public=True, requests=20, settled_s=0)
        idle = await crowd(shop, Kind.IDLE, 200, is_public=False, requests=20, settled_s=0)
    told_all = "\n".join(told(why, seen, SEED) for why, seen in found.findings)
    assert (told_all, found.wrong) == ("", [])
    assert (slow.during.failed, idle.during.failed) == (0, 0)
    assert found.ends[End.ANSWERED] > 150
    assert {200, 303, 400, 403, 404, 422, 431} <= set(found.statuses)
