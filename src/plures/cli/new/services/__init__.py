"""`plures new service NAME --language LANGUAGE`: a capability in another language, observed and stopped as every other one."""

from .creating import LANGUAGES, create_service

__all__ = ["LANGUAGES", "create_service"]
