"""Contracts as JSON, for programs that keep their deadlines and bounds."""

import json
from dataclasses import replace
from datetime import date

import pytest

from marketplace.checkout.contract import Checkout
from plures.compat import Contract, described, lock_text, numbered, read_lock
from plures.contract import Stability, read_contract
from plures.errors import InvalidInput
from plures.exports import export


def _checkout() -> Contract:
    return numbered(described(read_contract(Checkout)[0]), None)


def test_it_says_what_the_lock_file_says_and_the_sentence_of_each_error() -> None:
    written = export(_checkout(), "json")
    assert written.path == "marketplace/checkout/v1/checkout.json"
    said = json.loads(written.text)
    assert said["operations"]["Place"]["deadline_s"] == 4.5
    assert said["messages"]["Address"]["country"]["pattern"] == "^[A-Z]{2}$"
    cart_empty = {
        "status": "failed_precondition",
        "message": "CartEmpty",
        "text": "The cart is empty, so there is nothing to order.",
    }
    assert said["errors"]["CartEmpty"] == cart_empty


def test_sentences_are_no_promise() -> None:
    contract = _checkout()
    assert read_lock(lock_text(contract), "lock").errors == contract.errors
    assert "text" not in lock_text(contract)


def test_a_date_is_text() -> None:
    ends = replace(_checkout(), stability=Stability.DEPRECATED, sunset=date(2031, 6, 30))
    assert json.loads(export(ends, "json").text)["sunset"] == "2031-06-30"


def test_without_numbers_of_a_lock_file_there_is_none() -> None:
    with pytest.raises(InvalidInput, match="it is not locked as it is"):
        export(described(read_contract(Checkout)[0]), "json")
