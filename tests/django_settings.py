"""Django's settings: a process has one of them, and tests of one process share it."""

import django
from django.conf import settings


def set_up() -> None:
    """Let Django run, with no routes yet."""
    if not settings.configured:
        settings.configure(
            DEBUG=False,
            SECRET_KEY="none",
            ALLOWED_HOSTS=["*"],
            LOGGING_CONFIG=None,
            MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        )
        django.setup()
