"""What several tests of this folder do as a customer."""

import json
from base64 import b64decode

from marketplace.storefront.tests.shopper import CARD, Shopper


def customer_of(shopper: Shopper) -> str:
    """The id in the shopper's cookie, which is signed and not secret."""
    return str(json.loads(b64decode(shopper.client.cookies["marketplace"].split(".")[0]))["customer"])


async def ordered(shopper: Shopper) -> str:
    """Buy something; the path of the order."""
    await shopper.buy("teapot")
    await shopper.go_to_checkout()
    await shopper.post_form("/checkout", **CARD)
    return shopper.url.partition("?")[0]
