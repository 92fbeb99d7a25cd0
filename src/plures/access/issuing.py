"""The tokens of a run: one for each pair of caller and callee, so that a callee cannot pose as its caller elsewhere."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from msgspec import structs

from plures.errors import PluresError, Text
from plures.topology import EVERYTHING, Plan, ResolvedProcess, Secret, filled, read_right

from .granting import Grant, grants
from .tokens import digest_of, is_token, new_token
from .values import Access, Caller, CallerKind

_TOOLS: Final = "plures"


@dataclass(eq=False)
class TokenUnusable(PluresError):
    """A token that plures.toml refers to is not there, or is none."""

    code = "access.token_unusable"
    wording = Text(
        "Cannot use the token of {owner!r}",
        why="{reason}",
        fix="Put 16 or more letters, digits and -._~+/ where plures.toml says that it is; `plures token --new` makes one.",
    )

    owner: str
    reason: str


@dataclass(frozen=True)
class Issued:
    """All tokens of one run.

    Attributes:
        token: For people: all processes of this application take it from them.
        tools: Process → the token with which the commands of `plures` call it.
        access: Process → what it has to know.
    """

    token: str = field(repr=False)
    tools: Mapping[str, str] = field(repr=False)
    access: Mapping[str, Access]


class Minted:
    """The tokens of a run as they are made: each once, so that processes that stay keep theirs when the topology changes."""

    def __init__(self) -> None:
        self._tokens: dict[tuple[str, str], str] = {}

    def of(self, caller: str, callee: str) -> str:
        """What a caller shows a callee."""
        return self._tokens.setdefault((caller, callee), new_token())


def issue(plan: Plan, variables: Mapping[str, str], minted: Minted | None = None) -> Issued:
    """Make the tokens of a run, and read those that plures.toml refers to.

    Args:
        variables: The environment.
        minted: Those of the same run so far.

    Raises:
        TokenUnusable: A reference leads to no token.
    """
    processes = plan.processes
    outside = _outside_tokens(plan, variables)
    elsewhere = {name: _read(name, it.token, variables) for name, it in processes.items() if it.token is not None}
    here = [name for name, process in processes.items() if process.external is None]
    mint = (minted or Minted()).of
    token, tools = mint("", ""), {name: mint("", name) for name in here}
    callers = {name: [_tool(token), _tool(own)] for name, own in tools.items()}
    shown: dict[str, dict[str, str]] = defaultdict(dict)
    for grant in grants(plan):
        if grant.callee in tools:
            shows = mint(grant.caller, grant.callee) if grant.caller in tools else outside.get(grant.caller, "")
            digest = digest_of(shows) if shows else ""
            caller = Caller(grant.caller, grant.kind, digest, grant.may_call, grant.may_deliver_to)
            callers[grant.callee].append(caller)
        else:
            # What runs elsewhere checks its callers by itself.
            shows = elsewhere.get(grant.callee, "")
        if shows and grant.caller in tools:
            shown[grant.caller] |= dict.fromkeys(_called(grant, processes[grant.callee]), shows)
    pages = tuple(_pages(plan, outside))
    tellers = {name: mint(name, "") for name in here if processes[name].command is not None}
    for name in here:
        if name not in tellers:
            callers[name] += [Caller(each, CallerKind.COMMAND, digest_of(own)) for each, own in tellers.items()]
    access = {
        name: Access(tuple(callers[name]), shown[name], pages if processes[name].edge else (), tellers.get(name, ""))
        for name in here
    }
    return Issued(token, {**tools, **elsewhere}, access)


def admitting(issued: Issued, also: Issued) -> Issued:
    """The same tokens to call others with; each process lets in also whom it would let in by the others, which are of the same run."""
    access = {
        name: replace(each, callers=_both(each.callers, also.access[name].callers if name in also.access else ()))
        for name, each in issued.access.items()
    }
    return replace(issued, access=access)


def _both(callers: Sequence[Caller], others: Sequence[Caller]) -> tuple[Caller, ...]:
    """Each caller once, with all of its rights. Those without a token of their own are apart by their names."""
    found: dict[tuple[str, str], Caller] = {}
    for each in (*callers, *others):
        known = found.get((each.digest, each.name))
        found[each.digest, each.name] = each if known is None else _with_rights_of(known, each)
    return (*found.values(),)


def _with_rights_of(caller: Caller, other: Caller) -> Caller:
    may_call = tuple(dict.fromkeys((*caller.may_call, *other.may_call)))
    may_deliver_to = tuple(dict.fromkeys((*caller.may_deliver_to, *other.may_deliver_to)))
    return structs.replace(caller, may_call=may_call, may_deliver_to=may_deliver_to)


def _called(grant: Grant, callee: ResolvedProcess) -> frozenset[str]:
    """The capabilities that a grant lets a caller ask for anything."""
    rights = {read_right(right).capability for right in (*grant.may_call, *grant.may_deliver_to)}
    return frozenset(callee.capabilities if EVERYTHING in rights else rights)


def _pages(plan: Plan, outside: Mapping[str, str]) -> Iterator[Caller]:
    """The pages of other sites, for the process with the edge."""
    for caller in plan.callers:
        if caller.origins:
            digest = digest_of(outside[caller.name]) if caller.name in outside else ""
            yield Caller(caller.name, CallerKind.OUTSIDE, digest, caller.may_call, origins=caller.origins)


def _tool(token: str) -> Caller:
    return Caller(_TOOLS, CallerKind.TOOLS, digest_of(token))


def _outside_tokens(plan: Plan, variables: Mapping[str, str]) -> Mapping[str, str]:
    tokens = {it.name: _read(it.name, it.token, variables) for it in plan.callers if it.token is not None}
    [(token, times), *_] = Counter(tokens.values()).most_common(1) or [("", 0)]
    if times > 1:
        owners = sorted(name for name, its in tokens.items() if its == token)
        reason = f"{' and '.join(map(repr, owners))} have the same one, so nothing could tell them apart"
        raise TokenUnusable(owners[0], reason)
    return tokens


def _read(owner: str, secret: Secret, variables: Mapping[str, str]) -> str:
    try:
        text = (
            filled(secret.text, variables) if secret.file is None else secret.file.read_text(encoding="utf-8").strip()
        )
    except KeyError as error:
        raise TokenUnusable(owner, f"variable {error.args[0]} of the environment is not set") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise TokenUnusable(owner, f"{secret.file} cannot be read ({reason})") from None
    if not is_token(text):
        source = secret.file or ", ".join(sorted(secret.variables))
        raise TokenUnusable(owner, f"what {source} holds is shorter than 16 characters, or has others than tokens have")
    return text
