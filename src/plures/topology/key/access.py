"""The keys about who may call over the wire."""

from collections.abc import Sequence
from dataclasses import replace

from .key import Key, table, text

MAY_CALL = Key[Sequence[str]](
    "may_call",
    (list,),
    (),
    'What it may call: names of capabilities, versions of their contracts, and operations of either; "*" is everything.',
    'may_call = ["payments", "checkout/Place"]',
)
TOKEN = text(
    "token",
    "The token that goes with calls, by reference alone: ${NAME} is a variable of the environment.",
    'token = "${REPORTS_TOKEN}"',
)
TOKEN_FILE = text(
    "token_file", "The file that holds the token, instead of token.", 'token_file = "/run/secrets/reports"'
)
CALLER_MAY_CALL = replace(MAY_CALL, is_required=True)
CALLER_ORIGINS = Key[Sequence[str]](
    "origins",
    (list,),
    (),
    "Whose pages may call it in browsers, at the public listener: what the caller may call is published there. The token may be left out; "
    "then anyone may call it.",
    'origins = ["https://shop.example"]',
)
CALLER = table(
    "CALLER",
    "A program that calls, besides the processes of the application, or the pages of a site.",
    "[access.callers.CALLER]",
    *(CALLER_MAY_CALL, TOKEN, TOKEN_FILE, CALLER_ORIGINS),
)
CALLERS = table("callers", "Who else may call over the wire.", "[access.callers.reports]", CALLER)
ACCESS = table(
    "access",
    "Who may call over the wire, besides processes whose constructors name a contract, and the commands of Plures.",
    "[access]",
    CALLERS,
)
