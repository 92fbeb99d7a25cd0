from dataclasses import dataclass

import pytest

from marketplace.profile.contract import Address, AddressUnknown, Customer, ProfileInvalid
from marketplace.profile.memory import MemoryProfiles
from marketplace.profile.service import ProfileService


@pytest.fixture
def profile() -> ProfileService:
    return ProfileService(MemoryProfiles())


def address(
    recipient: str = "Anna Ahl",
    street: str = "Weg 1",
    postal_code: str = "10115",
    city: str = "Berlin",
    country: str = "DE",
) -> Address:
    return Address(recipient, street, postal_code, city, country)


async def test_an_unknown_customer_has_an_empty_profile_and_no_address(profile: ProfileService) -> None:
    assert await profile.get("anna") == Customer("anna")
    with pytest.raises(AddressUnknown):
        await profile.address("anna")


async def test_what_a_customer_tells_is_kept_without_blanks_around_it(profile: ProfileService) -> None:
    await profile.update("anna", " Anna ", " anna@example.org ")
    await profile.set_address("anna", address(street=" Weg 1 ", country="de"))
    assert await profile.get("anna") == Customer("anna", "Anna", "anna@example.org", address())
    assert await profile.address("anna") == address()


@dataclass
class Wrong:
    address: Address
    problems: tuple[str, ...]


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong(address(recipient="  "), ("The recipient is missing.",)),
        Wrong(address(street="Weg\n1"), ("The street contains characters that cannot be printed.",)),
        Wrong(address(country="XX"), ("Country 'XX' does not exist; give its two letters, such as DE.",)),
        Wrong(address(postal_code="1011"), ("Postal codes in Germany look like 12345, not like '1011'.",)),
        Wrong(
            address(postal_code="10115", country="AT"), ("Postal codes in Austria look like 1234, not like '10115'.",)
        ),
        Wrong(address(postal_code="١٢٣٤٥"), ("Postal codes in Germany look like 12345, not like '١٢٣٤٥'.",)),
        Wrong(
            address("", "", "", "", "ZZ"),
            (
                "The recipient is missing.",
                "The street is missing.",
                "The postal code is missing.",
                "The city is missing.",
                "Country 'ZZ' does not exist; give its two letters, such as DE.",
            ),
        ),
    ],
)
async def test_an_address_that_cannot_be_right_is_refused_with_all_its_problems(
    profile: ProfileService, wrong: Wrong
) -> None:
    with pytest.raises(ProfileInvalid) as invalid:
        await profile.set_address("anna", wrong.address)
    assert invalid.value.problems == wrong.problems
    assert await profile.get("anna") == Customer("anna")


@pytest.mark.parametrize(
    ("postal_code", "country"),
    [("10115", "DE"), ("1010", "AT"), ("1234 AB", "NL"), ("1234ab", "NL"), ("00-950", "PL"), ("SW1A 1AA", "GB")],
)
async def test_postal_codes_that_exist_are_accepted(profile: ProfileService, postal_code: str, country: str) -> None:
    await profile.set_address("anna", address(postal_code=postal_code, country=country))
    assert (await profile.address("anna")).postal_code == postal_code.upper()


@pytest.mark.parametrize("email", ["anna", "anna@", "@example.org", "anna@example", "an na@example.org", "a@b@c.org"])
async def test_incomplete_email_addresses_are_refused(profile: ProfileService, email: str) -> None:
    with pytest.raises(ProfileInvalid) as invalid:
        await profile.update("anna", "Anna\x00", email)
    assert len(invalid.value.problems) == 2


async def test_name_and_email_may_be_empty(profile: ProfileService) -> None:
    assert await profile.update("anna", "", "") == Customer("anna")
