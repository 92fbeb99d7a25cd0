"""The rules that older versions of a contract must keep, as data."""

from typing import Final

from plures.errors import Rule

NO_LIST: Final = Rule(
    "application.older",
    "has older={given}, which is no list of capabilities",
    "List each older version with what implements it: older=[Capability(SearchV1, SearchV1OnV2)].",
)
OTHER_CONTRACT: Final = Rule(
    "application.older",
    "has {older} among its older versions, which is no version of {contract}",
    "Name the contract {family}.v…, or list it as a capability of its own.",
)
NOT_OLDER: Final = Rule(
    "application.older",
    "has {older} among its older versions, and serves {contract}",
    "Pass the newest version first, as in Capability(SearchV2, …, older=[Capability(SearchV1, …)]).",
)
TWICE: Final = Rule("application.older", "has {older} among its older versions twice", "List each version once.")
BELONGS_TO_NEWEST: Final = Rule(
    "application.older",
    "has {given}, and is an older version",
    "Leave that to the newest version: all of them share one database, its migrations, and what handles events.",
)
SAGAS: Final = Rule(
    "application.older",
    "has sagas of its own, and is an older version",
    "Leave the sagas to the newest version, and call that.",
)
HERE_AND_ELSEWHERE: Final = Rule(
    "application.older",
    "{where_it_runs}, and the newest version {where_newest_runs}",
    "Give both an implementation, or neither: one process serves all versions of a contract.",
)
ITSELF: Final = Rule(
    "application.older",
    "asks for the contract that it implements itself",
    "Ask for the version that it is an adapter of.",
)
OTHER_SETTINGS: Final = Rule(
    "application.older",
    "asks for the settings {asked}, and the newest version has {settings}",
    "Ask for {settings}: a capability has one class of settings.",
)
