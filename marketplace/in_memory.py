"""The same marketplace with all data in memory: for fast tests, and to measure everything but storage.

A capability forgets its data when its process stops, and no capability hears of an order, since events need a database. All else
is as in ``marketplace.app``.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any, Final

from marketplace.app import app as with_databases
from marketplace.cart.contract import Cart
from marketplace.cart.memory import MemoryCarts
from marketplace.checkout.contract import Checkout
from marketplace.checkout.memory import MemoryClaims
from marketplace.fraud.contract import Fraud
from marketplace.fraud.memory import MemoryPaymentAttempts
from marketplace.inventory.contract import Inventory
from marketplace.inventory.memory import MemoryStock
from marketplace.notifications.contract import Notifications
from marketplace.notifications.memory import MemoryNotifications
from marketplace.orders.contract import Orders
from marketplace.orders.memory import MemoryOrders
from marketplace.payments.contract import Payments
from marketplace.payments.memory import MemoryPayments
from marketplace.profile.contract import Profile
from marketplace.profile.memory import MemoryProfiles
from marketplace.recommendations.contract import Recommendations
from marketplace.recommendations.memory import MemoryPairs
from marketplace.reviews.contract import Reviews
from marketplace.reviews.memory import MemoryReviews
from plures import Application, Capability
from plures.testing import MemorySagas

_STORES: Final[Mapping[Any, Callable[[], object]]] = {
    Cart: MemoryCarts,
    Checkout: MemoryClaims,
    Fraud: MemoryPaymentAttempts,
    Inventory: MemoryStock,
    Notifications: MemoryNotifications,
    Orders: MemoryOrders,
    Payments: MemoryPayments,
    Profile: MemoryProfiles,
    Recommendations: MemoryPairs,
    Reviews: MemoryReviews,
}


def in_memory(capability: Capability) -> Capability:
    """The capability with a store in memory in place of the one that it asks for as its parameter ``store``."""
    make, new_store = capability.implementation, _STORES.get(capability.contract)
    if make is None or new_store is None:
        return capability

    @wraps(make)
    def over_memory(**others: object) -> object:
        return make(**{name: make_one() for name, make_one in replaced.items()}, **others)

    signature = inspect.signature(make)
    replacing: Mapping[str, Callable[[], object]] = {
        "store": new_store,
        "sagas": partial(MemorySagas, context=with_databases.context),
    }
    replaced = {name: make_one for name, make_one in replacing.items() if name in signature.parameters}
    others = [parameter for name, parameter in signature.parameters.items() if name not in replaced]
    vars(over_memory)["__signature__"] = signature.replace(parameters=others)
    return Capability(capability.contract, over_memory)


app = Application(
    with_databases.name,
    [in_memory(capability) for capability in with_databases.capabilities],
    edge=with_databases.edge,
    edge_criticality=with_databases.edge_criticality,
    context=with_databases.context,
)
