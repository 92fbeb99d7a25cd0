"""Takes back what an attempt did, in reverse order, as far as it can.

All commands here are idempotent, and they close keys that were never used. So they are also right for a step that may have
run, and for one whose request is still on its way.
"""

from collections.abc import Awaitable

from marketplace.checkout.parties import Parties
from marketplace.checkout.placing import Step
from marketplace.payments.contract import PaymentState, PaymentStateConflict


async def take_back(parties: Parties, reference: str, reached: Step, note: str) -> str:
    """Take back all steps up to the one reached.

    Args:
        note: The reason, for the history of the order.

    Returns:
        What it could not take back and why; empty when it took back all.
    """
    problems: list[str] = []
    if reached >= Step.CREATE:
        await _try("order", parties.orders.fail(reference, note), problems)
    if reached >= Step.AUTHORIZE:
        await _try("money", _give_money_back(parties, reference), problems)
    if reached >= Step.RESERVE:
        await _try("stock", parties.inventory.release(reference), problems)
    return "; ".join(problems)


async def _give_money_back(parties: Parties, reference: str) -> None:
    try:
        await parties.payments.void(reference)
    except PaymentStateConflict as conflict:
        if conflict.state is PaymentState.CAPTURED:
            await parties.payments.refund(reference)
        elif conflict.state is not PaymentState.REFUNDED:
            raise


async def _try(what: str, taking_back: Awaitable[None], problems: list[str]) -> None:
    try:
        await taking_back
    except Exception as error:  # noqa: BLE001 - the others must still be taken back
        first_line, _, _ = str(error).partition("\n")
        problems.append(f"{what}: {type(error).__name__}: {first_line}")
