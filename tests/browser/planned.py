"""Plans as `plures topology plan` keeps them, of the application in `seen`."""

from pathlib import Path
from time import time
from typing import Final

from msgspec.structs import replace

from plures.planning import EDGE, Cost, Edge, Move, Pace, Plan, Route, StoreOf, Total, keep

MINUTE_US: Final = 60_000_000
TOPOLOGIES: Final = """
[topology.split]
front = { capabilities = ["cart", "checkout", "pricing"] }
back = { capabilities = ["inventory", "payments"] }
main = { capabilities = ["*"] }

[topology.sale]
search = { capabilities = ["pricing"], replicas = 2 }
main = { capabilities = ["*"] }

[topology.later]
cart = { capabilities = ["cart"] }
main = { capabilities = ["*"] }
"""
_COST: Final = Cost(
    0, (Pace(4, 2_400, 1_450), Pace(40, 1_300, 1_010), Pace(400, 720, 610)), 95, 210, 0.0021, 48_000_000, 2_140
)


def keep_plans(data: Path, odd: str) -> None:
    """One of `split`, which runs since, and one of `sale`, which does not and has a request of an odd name."""
    made = int(time() * 1_000_000) - 60 * MINUTE_US
    split = Plan(
        "split",
        "monolith",
        made - 12 * MINUTE_US,
        made - 2 * MINUTE_US,
        made,
        9_120,
        15.2,
        Total(0.061, 71_000_000, 1, 50_100, 0),
        Total(0.094, 167_000_000, 3, 79_400, 2.31),
        0.0063,
        replace(_COST, at=made - MINUTE_US),
        routes=(
            Route("POST /checkout", 6_080, 60, 0, 3, 50_100, 81_300, 84_900),
            Route("GET /cart", 3_010, 60, 0, 1, 6_100, 7_600, 7_600),
            Route("GET /cart/print", 30, 0, p50_us=4_200),
        ),
        edges=(
            Edge("checkout", "payments", 0.67, "remote"),
            Edge("checkout", "inventory", 0.67, "remote"),
            Edge(EDGE, "cart", 0.97, "remote"),
            Edge("checkout", "notifications", 0.004, "remote", is_event=True),
        ),
        moves=(
            Move(StoreOf("payments", "embedded", 3_400_000), "main", "back", leaves=False),
            Move(StoreOf("inventory", "warehouse"), "main", "back", leaves=True),
        ),
        processes=("main",),
        processes_then=("front", "back", "main"),
        others=(Edge("checkout", "pricing", 0.67, "local"),),
        homes=dict.fromkeys((EDGE, "cart", "checkout", "pricing", "inventory", "payments", "notifications"), "main"),
        homes_then={
            EDGE: "main",
            **dict.fromkeys(("cart", "checkout", "pricing"), "front"),
            **dict.fromkeys(("inventory", "payments"), "back"),
            "notifications": "main",
        },
        notes=("No trace was drawn of GET /cart/print: their time is not predicted.",),
    )
    keep(data, split)
    keep(
        data,
        replace(
            split,
            target="sale",
            made=made - MINUTE_US,
            wait_from="seen",
            routes=(Route(f"GET /{odd}", 9_120, 12, 0, 0, 50_100, 50_100, 50_100),),
            edges=(),
            moves=(),
            processes_then=("search", "main"),
            notes=(f"Measured, and no longer in the application: {odd}. Their calls are left as they are.",),
        ),
    )
