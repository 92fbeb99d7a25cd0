"""Which migrations the version still running would not survive. Reads SQL; knows nothing of an open database."""

from .contracting import check_contract_steps

__all__ = ["check_contract_steps"]
