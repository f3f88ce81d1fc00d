"""JSON text -> the events of a YAML parser, for JSON that is no YAML: a key of more than 1,024 characters, or one whose
colon stands on the next line (YAML 1.2.2, 7.4.2)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from aslkit.definition.scalars import SUBSTITUTION

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = rf'"[^"\\]*(?:\\.[^"\\]*)*"|{SUBSTITUTION}|[][{{}}]|[^][{{}}\s,:"]+'


def events(text: str) -> Iterator[Any]:
    """The events of the value that a text holds, which is JSON (a bare ${Name} may stand for a value).

    Raises UnicodeEncodeError for half of a surrogate pair that stands alone.
    """
    for match in re.finditer(TOKEN, text):
        start, end = _mark(match.start()), _mark(match.end())
        match match.group():
            case "{":
                yield yaml.MappingStartEvent(None, None, True, start, end)
            case "[":
                yield yaml.SequenceStartEvent(None, None, True, start, end)
            case "}":
                yield yaml.MappingEndEvent(start, end)
            case "]":
                yield yaml.SequenceEndEvent(start, end)
            case token if token[0] == '"':
                yield yaml.ScalarEvent(None, None, (False, True), _text(token, match.start()), start, end)
            case token:
                yield yaml.ScalarEvent(None, None, (True, False), token, start, end)
    yield yaml.StreamEndEvent(_mark(len(text)), _mark(len(text)))


def _text(token: str, offset: int) -> str:
    text: str = json.loads(token)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UnicodeEncodeError("utf-8", token, offset, offset + 1, error.reason) from None
    return text


def _mark(offset: int) -> yaml.Mark:
    return yaml.Mark("", offset, 0, 0, None, 0)
