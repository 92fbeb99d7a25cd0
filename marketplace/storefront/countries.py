"""Names of countries for people; the shop itself knows them by their two letters (ISO 3166-1)."""

from dataclasses import dataclass
from typing import Final

NAMES: Final = {
    "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BG": "Bulgaria", "CA": "Canada", "CH": "Switzerland",
    "CY": "Cyprus", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "EE": "Estonia", "ES": "Spain", "FI": "Finland",
    "FR": "France", "GB": "United Kingdom", "GR": "Greece", "HR": "Croatia", "HU": "Hungary", "IE": "Ireland",
    "IS": "Iceland", "IT": "Italy", "JP": "Japan", "LI": "Liechtenstein", "LT": "Lithuania", "LU": "Luxembourg",
    "LV": "Latvia", "MT": "Malta", "NL": "Netherlands", "NO": "Norway", "NZ": "New Zealand", "PL": "Poland",
    "PT": "Portugal", "RO": "Romania", "SE": "Sweden", "SI": "Slovenia", "SK": "Slovakia", "US": "United States",
}  # fmt: skip


@dataclass(frozen=True)
class Country:
    """One choice in the address form."""

    code: str
    name: str


def country_name(code: str) -> str:
    """The name of a country, or its code when we have no name for it."""
    return NAMES.get(code, code)


def choices(codes: tuple[str, ...]) -> tuple[Country, ...]:
    """The countries by name."""
    return tuple(sorted((Country(code, country_name(code)) for code in codes), key=lambda country: country.name))
