"""What is written out and better is not: accounts, regions, partitions, secrets."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from aslkit.definition.model import fact
from aslkit.lint.calls import is_literal, payload, tasks
from aslkit.lint.engine import INFO, WARNING, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, StateMachine

# Patterns are compiled when they are first asked for: most definitions hold nothing like it.
PATTERNS = {
    "account": r"arn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]*):(\d{12}):|https://sqs\.([a-z0-9-]+)\.[a-z.]+/(\d{12})/",
    "arn": r"arn:(aws[a-z-]*):([a-z0-9-]*):([a-z0-9-]*):",
    "queue": r"https://sqs\.([a-z0-9-]+)\.amazonaws\.com",
    "token": r"\b((?:AKIA|ASIA)[0-9A-Z]{16})(?<!EXAMPLE)\b|(-----BEGIN [A-Z ]*PRIVATE KEY-----)"
    r"|(https://hooks\.slack\.com/services/T\w+/B\w+/\w+)|\b(xox[bp]-[\w-]{20,}|ghp_\w{36})\b",
}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(PATTERNS[name])


@fact
def literals(machine: StateMachine) -> tuple[tuple[Pointer, str], ...]:
    """Every string in the definition with its place, but for comments."""
    found: list[tuple[Pointer, str]] = []
    pending: list[tuple[Pointer, Json]] = [((), machine.document.data)]
    while pending:
        pointer, value = pending.pop()
        if isinstance(value, str):
            found.append((pointer, value))
        elif isinstance(value, dict):
            inner = [((*pointer, key), one) for key, one in value.items() if key != "Comment"]
            pending.extend(reversed(inner))
        elif isinstance(value, list):
            pending.extend([((*pointer, index), one) for index, one in enumerate(value)][::-1])
    return tuple(found)


@fact
def _has_addresses(machine: StateMachine) -> bool:
    """Whether the text may name an account, a region or another partition than the usual one."""
    text = machine.document.text
    return text.count("arn:aws") > text.count("arn:aws:states:::") or "https://sqs." in text


@rule(INFO)
def hard_coded_account(machine: StateMachine) -> Iterator[Hit]:
    """An account id is written into the definition.

    The definition works in that account (and region) only: deployed to another one, it calls or tells the wrong place,
    or nothing at all. Pass the address in with the input, or let the deployment fill it in: `${TopicArn}`. One finding
    for each account, at the first place that names it.

    Bad:

        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            TimeoutSeconds: 60
            Parameters:
              TopicArn: arn:aws:sns:eu-west-1:123456789012:alerts  # <-
              Message: done
            End: true

    Good:

        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            TimeoutSeconds: 60
            Parameters:
              TopicArn: ${TopicArn}
              Message: done
            End: true
    """
    if not _has_addresses(machine):
        return
    places: dict[str, list[Pointer]] = {}
    regions: dict[str, str] = {}
    for pointer, text in literals(machine):
        for match in _pattern("account").finditer(text):
            account = match[2] or match[4]
            places.setdefault(account, []).append(pointer)
            regions.setdefault(account, match[1] or match[3] or "")
    for account, pointers in places.items():
        where = f"account {account}" + (f" ({regions[account]})" if regions[account] else "")
        others = f", here and in {len(pointers) - 1} more places" * (len(pointers) > 2)
        again = f", here and on line {machine.document.span(pointers[-1]).line}" * (len(pointers) == 2)
        yield Hit(
            pointers[0],
            f"{where} is written into the definition{others or again}: it works there only; a ${{Substitution}}"
            f"{' can' if pointers[0][-1:] == ('Resource',) else ' or the input can'} name the place instead",
            related=tuple(pointers[1:11]),
        )


@rule(WARNING)
def mixed_regions(machine: StateMachine) -> Iterator[Hit]:
    """The addresses that a definition calls are of different partitions or regions.

    A state machine calls functions, activities, topics, queues and other state machines of its own region and
    partition. AWS takes the definition, and the call into the other one fails when the task is reached. The finding
    stands at the region that is named less often.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:lambda:us-east-1:123456789012:function:load
            Next: Index
          Index:
            Type: Task
            Resource: arn:aws:lambda:us-east-1:123456789012:function:index
            Next: Report
          Report:
            Type: Task
            Resource: arn:aws:lambda:us-east-2:123456789012:function:report  # <-
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:lambda:us-east-1:123456789012:function:load
            Next: Index
          Index:
            Type: Task
            Resource: arn:aws:lambda:us-east-1:123456789012:function:index
            Next: Report
          Report:
            Type: Task
            Resource: arn:aws:lambda:us-east-1:123456789012:function:report
            End: true
    """
    called = list(_called(machine))
    for kind, index in (("partition", 0), ("region", 1)):
        named = [(pointer, parts[index]) for pointer, parts in called if parts[index]]
        common = _commonest([name for _, name in named])
        odd = [(pointer, name) for pointer, name in named if name != common]
        for pointer, name in odd:
            first = next(place for place, other in named if other == common)
            yield Hit(
                pointer,
                f"this is in the {kind} {name}, and other calls of this definition are in {common} (line "
                f"{machine.document.span(first).line}): a state machine calls what is in its own {kind}, so that one "
                "of them fails when its task is reached",
                related=(first,),
            )
        if odd:
            return


ADDRESSES = ("TopicArn", "TargetArn", "QueueUrl", "FunctionName", "StateMachineArn", "JobQueue", "Cluster")
"""Parameters that name what a call goes to."""


def _called(machine: StateMachine) -> Iterator[tuple[Pointer, tuple[str, str]]]:
    """The place of every address that is called, with its partition and region; "" for one that it does not name."""
    if not _has_addresses(machine):
        return
    for task in tasks(machine):
        if (found := _address(task.resource or "")) is not None:
            yield (*task.pointer, "Resource"), found
        place, sent = payload(task) or ((), {})
        for name in ADDRESSES:
            value = sent.get(name)
            if isinstance(value, str) and (found := _address(value)) is not None:
                yield (*place, name), found


def _address(text: str) -> tuple[str, str] | None:
    arn = _pattern("arn").match(text)
    if arn is not None:
        return arn[1], arn[3]
    queue = _pattern("queue").match(text)
    return ("", queue[1]) if queue is not None else None


def _commonest(names: Sequence[str]) -> str | None:
    return max(dict.fromkeys(names), key=names.count, default=None)


@rule(WARNING)
def plain_secret(machine: StateMachine) -> Iterator[Hit]:
    """A password or key is written into the definition.

    A definition is no secret: whoever may look at the state machine or the history of an execution reads it there, and
    it stands in the repository for ever. Let the task read it from Secrets Manager or the Parameter Store, and make a
    new one.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
              Arguments:
                --db-password: hunter2winter  # <-
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
              Arguments:
                --db-secret-name: prod/db
            End: true
    """
    folded = machine.document.text.lower()
    named = any(word in folded for word in SECRET_WORDS)
    marked = any(mark in folded for mark in TOKEN_MARKS)
    if not named and not marked:
        return
    for pointer, text in literals(machine):
        token = _pattern("token").search(text) if marked else None
        name = str(pointer[-1]) if pointer else ""
        if token is not None:
            kind = TOKEN_KINDS[token.lastindex or 0]
            yield Hit(pointer, f'"{name}" holds {kind}: whoever reads the definition has it')
        elif named and _is_secret(name, text):
            readers = "whoever may look at the definition or its executions reads it"
            yield Hit(pointer, f'"{name}" is written out: {readers}')


SECRET_NAMES = (
    *("password", "passwd", "passphrase", "secret", "apikey", "accesskey", "secretkey", "privatekey"),
    *("authtoken", "accesstoken"),
)
"""How the names of parameters end that are secrets."""
SECRET_WORDS = ("passw", "passphrase", "secret", "key", "token")
TOKEN_MARKS = ("akia", "asia", "private key-----", "hooks.slack.com/services/", "xoxb-", "xoxp-", "ghp_")
TOKEN_KINDS = ("a secret", "an AWS access key", "a private key", "the address of a Slack webhook", "an access token")
PLACEHOLDERS = frozenset({"none", "null", "true", "false", "changeme", "redacted", "placeholder", "todo", "string"})


def _is_secret(parameter: str, text: str) -> bool:
    name = "".join(filter(str.isalnum, parameter)).casefold()
    if not name.endswith(SECRET_NAMES) or not is_literal(text) or text.startswith(("arn:", "{{", "/")):
        return False
    word = text.strip("_*-.x ").casefold()
    return len(word) > 3 and word not in PLACEHOLDERS and not (name.endswith("secret") and "/" in text)
