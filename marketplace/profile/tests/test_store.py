from marketplace.profile.contract import Address, Customer
from marketplace.profile.service import ProfileStore

HOME = Address("Anna Ahl", "Lange Straße 1", "10115", "Berlin", "DE")
AWAY = Address("Anna Ahl", "Rue du Lac 2", "1003", "Lausanne", "CH")


async def test_a_customer_never_seen_has_an_empty_profile(store: ProfileStore) -> None:
    assert await store.get("anna") == Customer("anna")


async def test_person_and_address_are_kept_side_by_side(store: ProfileStore) -> None:
    assert await store.set_address("anna", HOME) == Customer("anna", "", "", HOME)
    assert await store.set_person("anna", "Anna", "a@x.org") == Customer("anna", "Anna", "a@x.org", HOME)
    assert await store.set_address("anna", AWAY) == Customer("anna", "Anna", "a@x.org", AWAY)
    assert await store.get("anna") == Customer("anna", "Anna", "a@x.org", AWAY)


async def test_a_person_without_an_address(store: ProfileStore) -> None:
    await store.set_person("anna", "Anna", "")
    assert await store.get("anna") == Customer("anna", "Anna")
    assert await store.get("bert") == Customer("bert")
