"""What breaks a contract, as a table: the comparison applies it, `plures contract check --explain` and the reference print it.

Events are read like answers. A rule says how bad its change is in a request and in an answer; what concerns neither alone, such as an
operation that is gone, is as bad in both. The table follows what buf, oasdiff and Google's AIP-180 agree on.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Severity(IntEnum):
    """How bad a change is for callers: they fail, they may be surprised, or they cannot tell."""

    OK = 0
    WARNING = 1
    ERROR = 2


OK, WARN, ERROR = Severity.OK, Severity.WARNING, Severity.ERROR


@dataclass(frozen=True)
class ChangeRule:
    """A kind of change. Names in braces are those of the place where it is found.

    Attributes:
        code: Stable dotted name, the same in every release.
        what: What has changed.
        request: How bad that is in what callers send.
        response: How bad that is in what callers receive.
        why: What happens to a caller that knows the contract as it was.
        instead: How to change it so that no caller fails.
        adds: Whether it adds something, so that a minor version must say so.
    """

    code: str
    what: str
    request: Severity
    response: Severity
    why: str
    instead: str
    adds: bool = False

    @property
    def worst(self) -> Severity:
        """How bad it is where both sides may be meant."""
        return max(self.request, self.response)


_NEW_MAJOR: Final = "Serve {next} beside {contract}, and take {contract} away when its usage is zero."
_NEW_FIELD: Final = "Keep {name} as it is, add a field of another name beside it, and let callers move."

# The contract and its operations.
CONTRACT_REMOVED = ChangeRule(
    "compat.contract_removed", "the contract is gone", ERROR, ERROR,
    "all of its callers fail", "Mark it deprecated with a sunset, keep serving it until then, and let callers move to {next}.",
)  # fmt: skip
CONTRACT_ADDED = ChangeRule("compat.contract_added", "the contract is new", OK, OK, "no caller knows it", "", adds=True)
OPERATION_REMOVED = ChangeRule(
    "compat.operation_removed", "operation {name} is gone or has another name", ERROR, ERROR,
    "its callers get unimplemented", "Keep {name}; let it call the new one. " + _NEW_MAJOR,
)  # fmt: skip
OPERATION_ADDED = ChangeRule("compat.operation_added", "operation {name} is new", OK, OK, "no caller knows it", "", adds=True)  # fmt: skip
STREAMING_CHANGED = ChangeRule(
    "compat.streaming_changed", "{name} {after}, and {before} before", ERROR, ERROR,
    "callers read another kind of answer", "Add another operation beside {name}.",
)  # fmt: skip
REPEATING_CHANGED = ChangeRule(
    "compat.no_longer_repeatable", "{name} is {after}, and was {before}", ERROR, ERROR,
    "callers and proxies repeat it after a failure, and it would run twice", "Add another operation beside {name}.",
)  # fmt: skip
REPEATABLE = ChangeRule("compat.repeatable", "{name} is {after}, and was {before}", OK, OK, "nothing relied on its absence", "", adds=True)  # fmt: skip
DEADLINE_SHORTENED = ChangeRule(
    "compat.deadline_shortened", "the deadline of {name} is {after} s, and was {before} s", WARN, WARN,
    "calls that took longer fail now", "Measure how long calls take first; shorten it below none of them.",
)  # fmt: skip
DEADLINE_RAISED = ChangeRule("compat.deadline_raised", DEADLINE_SHORTENED.what, OK, OK, "callers wait longer at most", "")  # fmt: skip
LIMIT_LOWERED = ChangeRule(
    "compat.limit_lowered", "{name} may have {after} bytes, and {before} before", ERROR, OK,
    "callers send what is between the two", "Go on taking {before} bytes.",
)  # fmt: skip
LIMIT_RAISED = ChangeRule(
    "compat.limit_raised", "{name} may have {after} bytes, and {before} before", OK, ERROR,
    "callers that know the lower limit refuse what is between the two", "Add an operation with the higher limit beside it.", adds=True,
)  # fmt: skip
CACHED_LONGER = ChangeRule(
    "compat.cached_longer", "caches may keep answers of {name}: {after}, and {before} before", WARN, WARN,
    "callers may not see what they just changed", "Ask them how old answers may be; add a query beside {name} for the newest.",
)  # fmt: skip
CACHED_LESS = ChangeRule("compat.cached_less", CACHED_LONGER.what, OK, OK, "answers are newer, and more calls arrive", "")  # fmt: skip
OWNER_CHANGED = ChangeRule(
    "compat.owner_changed", "the owner is {after}, and was {before}", WARN, WARN,
    "callers ask the wrong team", "Tell the teams that call it.",
)  # fmt: skip
STABILITY_LOWERED = ChangeRule(
    "compat.stability_lowered", "the contract is {after}, and was {before}", ERROR, ERROR,
    "callers built on a promise that is taken back", "Keep it {before}; mark it deprecated with a sunset where it is to end.",
)  # fmt: skip
STABILITY_RAISED = ChangeRule("compat.stability_raised", STABILITY_LOWERED.what, OK, OK, "it promises more", "", adds=True)  # fmt: skip
DEPRECATED = ChangeRule("compat.deprecated", "the contract is deprecated", OK, OK, "callers are warned, and go on", "", adds=True)  # fmt: skip
SUNSET_EARLIER = ChangeRule(
    "compat.sunset_earlier", "its sunset is {after}, and was {before}", ERROR, ERROR,
    "callers planned to move by a later day", "Keep the day that was announced.",
)  # fmt: skip
SERVICE_RENAMED = ChangeRule(
    "compat.service_renamed", "its name on the wire is {after}, and was {before}", ERROR, ERROR,
    "callers ask an address that is gone", "Keep the name of the contract class. " + _NEW_MAJOR,
)  # fmt: skip

# Fields.
FIELD_ADDED_REQUIRED = ChangeRule(
    "compat.required_field_added", "{name} is new and required", ERROR, OK,
    "callers do not send it", "Give {name} a default.", adds=True,
)  # fmt: skip
FIELD_ADDED = ChangeRule(
    "compat.optional_field_added", "{name} is new", OK, OK, "callers leave it out, and ignore it", "", adds=True
)
FIELD_REMOVED = ChangeRule(
    "compat.field_removed", "{name} is gone", WARN, ERROR,
    "what callers send in it is ignored; callers that read it find nothing", "Keep {name} until {next}, with a default.",
)  # fmt: skip
OPTIONAL_FIELD_REMOVED = ChangeRule(
    "compat.optional_field_removed", "{name} is gone, which could be left out", WARN, WARN,
    "what callers send in it is ignored; callers that read it never find it", "Keep {name} until {next}.",
)  # fmt: skip
FIELD_RENAMED = ChangeRule(
    "compat.field_renamed", "{before} is called {after}", ERROR, ERROR,
    "callers send and read the old name", "Keep {before}, add {after} with a default beside it, fill both, and let callers move.",
)  # fmt: skip
FIELD_REFUSED = ChangeRule(
    "compat.field_refused", "{name} is gone, and fields that are not declared are refused", ERROR, OK,
    "callers send it, and are refused", "Go on taking {name}, and ignore it.",
)  # fmt: skip
OTHERS_REFUSED = ChangeRule(
    "compat.others_refused", "{name} takes no fields but those that it declares", ERROR, OK,
    "callers send others too, and are refused", "Go on ignoring fields that are not declared.",
)  # fmt: skip
OTHERS_TAKEN = ChangeRule(
    "compat.others_taken", "{name} may have fields that it does not declare", OK, WARN,
    "callers that refuse such fields fail", "Send none that has not asked for them.", adds=True,
)  # fmt: skip
BECAME_REQUIRED = ChangeRule(
    "compat.became_required", "{name} is required, and could be left out", ERROR, OK,
    "callers leave it out", "Keep its default, and refuse what is missing by a declared error of a new operation.",
)  # fmt: skip
BECAME_OPTIONAL = ChangeRule(
    "compat.became_optional", "{name} can be left out, and was required", OK, ERROR,
    "callers that read it find nothing", "Keep {name} in answers; give requests a message of their own.", adds=True,
)  # fmt: skip
BECAME_NULLABLE = ChangeRule(
    "compat.became_nullable", "{name} may be null", OK, ERROR,
    "callers that read it do not expect null", "Keep {name} in answers; give requests a message of their own.", adds=True,
)  # fmt: skip
NO_LONGER_NULLABLE = ChangeRule(
    "compat.no_longer_nullable", "{name} may not be null any more", ERROR, OK,
    "callers send null", "Go on taking null in requests.",
)  # fmt: skip
DEFAULT_CHANGED = ChangeRule(
    "compat.default_changed", "the default of {name} is {after}, and was {before}", ERROR, ERROR,
    "callers that leave it out mean something else now", _NEW_FIELD,
)  # fmt: skip
NUMBER_CHANGED = ChangeRule(
    "compat.number_changed", "{name} has number {after}, and had {before}", ERROR, ERROR,
    "binary callers read another field", "Keep the numbers of the lock file: plures contract lock gives new ones out.",
)  # fmt: skip
NUMBER_REUSED = ChangeRule(
    "compat.number_reused", "{name} has number {after}, which {before} had", ERROR, ERROR,
    "binary callers read one field as the other", "Give {name} a number that no field ever had.",
)  # fmt: skip

# Types and bounds.
TYPE_CHANGED = ChangeRule(
    "compat.type_changed", "{name} is {after}, and was {before}", ERROR, ERROR, "callers send and read another form", _NEW_FIELD
)  # fmt: skip
TYPE_WIDENED = ChangeRule(
    "compat.type_widened", "{name} is {after}, and was {before}", OK, ERROR,
    "callers that read it get values of a kind that they do not know", _NEW_FIELD, adds=True,
)  # fmt: skip
TYPE_NARROWED = ChangeRule(
    "compat.type_narrowed", "{name} is {after}, and was {before}", ERROR, OK,
    "callers send values of a kind that is refused now", _NEW_FIELD,
)  # fmt: skip
MOVED_INTO_UNION = ChangeRule(
    "compat.moved_into_union", "{name} stands within a union now", ERROR, ERROR, "callers send and read another form", _NEW_FIELD
)  # fmt: skip
VALUE_REMOVED = ChangeRule(
    "compat.enum_value_removed", "{name} has no {before} any more", ERROR, OK,
    "callers send it", "Keep {before}, and treat it as what replaces it.",
)  # fmt: skip
VALUE_ADDED = ChangeRule(
    "compat.enum_value_added", "{name} has {after} too", OK, WARN,
    "callers get a value that they do not know", "Send {after} to none that has not asked for it.", adds=True,
)  # fmt: skip
CLOSED_VALUE_ADDED = ChangeRule(
    "compat.closed_value_added", "{name} may be {after} too", OK, ERROR,
    "callers refuse values that they do not know", _NEW_FIELD, adds=True,
)  # fmt: skip
VARIANT_ADDED = ChangeRule(
    "compat.variant_added", "{name} may be {after} too", OK, ERROR,
    "callers that read it do not know that kind", "Send {after} to none that has not asked for it, or add a field beside {name}.",
    adds=True,
)  # fmt: skip
VARIANT_REMOVED = ChangeRule(
    "compat.variant_removed", "{name} may not be {before} any more", ERROR, OK, "callers send that kind", "Go on taking {before} in requests."
)  # fmt: skip
VARIANTS_OVERLAP = ChangeRule(
    "compat.variants_overlap", "each {before} of {name} is {after} at once", ERROR, OK,
    "what they send is of two kinds, and exactly one is taken", "Write anyOf in place of oneOf, or let one kind require what the other has not.",
)  # fmt: skip
TAG_CHANGED = ChangeRule(
    "compat.tag_changed", "the kinds of {name} are told by {after}, and were by {before}", ERROR, ERROR,
    "callers cannot tell the kinds apart", _NEW_FIELD,
)  # fmt: skip
BOUND_ADDED = ChangeRule(
    "compat.bound_added", "{name} must have {after}", ERROR, OK,
    "callers send values outside of it", "Check it in a new operation, or answer with a declared error.",
)  # fmt: skip
BOUND_TIGHTENED = ChangeRule(
    "compat.bound_tightened", "{name} must have {after}, and had {before}", ERROR, OK,
    "callers send values between the two", "Go on taking what was allowed.",
)  # fmt: skip
BOUND_LOOSENED = ChangeRule(
    "compat.bound_loosened", "{name} may have {after}, and had {before}", OK, ERROR,
    "callers that read it get values that they do not expect", "Keep answers within {before}.", adds=True,
)  # fmt: skip

# Headers and trailers; what changes within declared ones, the rules of fields say.
ANY_HEADERS_ENDED = ChangeRule(
    "compat.any_headers_ended", "{name} are {after}, and were whatever there was", ERROR, ERROR,
    "what callers send or read is passed over now", "Keep AnyHeaders until {next}, and let callers move.",
)  # fmt: skip
ANY_HEADERS = ChangeRule(
    "compat.any_headers", "{name} are whatever there is, and were {before}", OK, ERROR,
    "callers read fields that nothing promises any more", "Keep the class of headers that callers read.", adds=True,
)  # fmt: skip
ANY_HEADERS_ADDED = ChangeRule(
    "compat.any_headers_added", "{name} are whatever there is, and there were none", OK, OK, "no caller knows of them", "", adds=True
)  # fmt: skip

# Errors and events.
ERROR_ADDED = ChangeRule(
    "compat.error_added", "{name} may fail with {after} too", OK, WARN,
    "callers handle it as any error", "Let no request fail with it that succeeded before.", adds=True,
)  # fmt: skip
ERROR_REMOVED = ChangeRule(
    "compat.error_removed", "{name} does not fail with {before} any more", OK, OK, "what handles it is never reached", ""
)  # fmt: skip
STATUS_CHANGED = ChangeRule(
    "compat.error_status_changed", "error {name} has status {after}, and had {before}", ERROR, ERROR,
    "callers in other languages tell errors apart by their status", "Add another error beside it.",
)  # fmt: skip
EVENT_REMOVED = ChangeRule(
    "compat.event_removed", "event {name} is gone or has another name", ERROR, ERROR,
    "those that subscribe to it hear nothing", "Go on publishing {name} beside what replaces it.",
)  # fmt: skip
EVENT_ADDED = ChangeRule("compat.event_added", "event {name} is new", OK, OK, "none subscribes to it", "", adds=True)
EVENT_KEY_CHANGED = ChangeRule(
    "compat.event_key_changed", "the key of event {name} is {after}, and was {before}", ERROR, ERROR,
    "events come in another order", "Publish another event beside {name}.",
)  # fmt: skip

# What HTTP alone knows, in OpenAPI documents.
MEDIA_TYPE_REMOVED = ChangeRule(
    "compat.media_type_removed", "{name} has no {before} any more", ERROR, ERROR,
    "callers send and read that media type", "Go on taking and sending {before}.",
)  # fmt: skip
MEDIA_TYPE_ADDED = ChangeRule("compat.media_type_added", "{name} may be {after} too", OK, OK, "callers ask for what they know", "", adds=True)  # fmt: skip
RESPONSE_REMOVED = ChangeRule(
    "compat.success_removed", "{name} does not answer {before} any more", ERROR, ERROR,
    "callers take another status for a failure", "Go on answering {before}.",
)  # fmt: skip
RESPONSE_ADDED = ChangeRule(
    "compat.success_added", "{name} may answer {after} too", OK, WARN,
    "callers may not know that status", "Answer {after} to none that has not asked for it.", adds=True,
)  # fmt: skip
STYLE_CHANGED = ChangeRule(
    "compat.style_changed", "{name} is written {after}, and was {before}", ERROR, ERROR,
    "callers write it in a way that is read otherwise now", "Keep {name} as it is, and add a parameter beside it.",
)  # fmt: skip
SECURITY_ADDED = ChangeRule(
    "compat.security_added", "{name} asks for {after}, and asked for {before}", ERROR, ERROR,
    "callers that were let in are refused", "Go on letting them in, and add the other way beside it.",
)  # fmt: skip
SECURITY_RELAXED = ChangeRule(
    "compat.security_relaxed", "{name} lets callers in by {after} too", OK, OK, "nothing that callers do changes", "", adds=True
)  # fmt: skip
SERVER_REMOVED = ChangeRule(
    "compat.server_removed", "server {before} is not listed any more", WARN, WARN,
    "callers ask that address", "Keep it until none is left that asks there.",
)  # fmt: skip
OPERATION_DEPRECATED = ChangeRule(
    "compat.operation_deprecated", "operation {name} is deprecated", OK, OK, "callers are warned, and go on", "", adds=True
)  # fmt: skip
DEFAULT_DECLARED = ChangeRule(
    "compat.default_declared", "the default of {name} is {after}, and was {before}", WARN, OK,
    "callers that leave it out may mean something else now", "Declare what was meant before.",
)  # fmt: skip

RULES: Final = tuple(each for each in dict(vars()).values() if isinstance(each, ChangeRule))
