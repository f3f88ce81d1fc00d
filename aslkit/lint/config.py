"""aslkit.yaml, or [tool.aslkit] of a pyproject.toml -> Config: what a project says of the rules, and its own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from aslkit.definition.document import Document, Entry
from aslkit.definition.duration import seconds_of
from aslkit.definition.model import STATE_TYPES
from aslkit.definition.spelling import nearest
from aslkit.lint.engine import OFF, SEVERITIES, Config, Setting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json

    Reader = Callable[[Document, Pointer, Json], Any]
    """(config, place, value) -> what the value means. Raises ConfigError when it does not fit."""

CONFIG_NAMES = ("aslkit.yaml", "aslkit.yml")
PYPROJECT = "pyproject.toml"


class ConfigError(ValueError):
    """A config that says something unknown: `message`, and the place in it."""

    def __init__(self, message: str, document: Document, pointer: Pointer) -> None:
        line, column = document.span(pointer)[:2]
        super().__init__(f"{document.source}:{line}:{column}: {message}")
        self.message = message
        self.line = line
        self.column = column


def read_config(document: Document) -> Config:
    """The config that a document writes down. Raises ConfigError, with its place, for all that has no meaning."""
    if document.data == {}:
        return Config()
    values = _object(document, (), document.data, KEYS)
    return Config(**{FIELDS[name]: value for name, value in values.items()})


def config_from_toml(text: str, source: str) -> Config | None:
    """The config under [tool.aslkit] of a pyproject.toml, None when there is none.

    Raises ConfigError, and ValueError for text that is not TOML.
    """
    import tomllib

    data = tomllib.loads(text).get("tool", {}).get("aslkit")
    return None if data is None else read_config(_toml_document(text, data, source))


def _toml_document(text: str, data: Json, source: str) -> Document:
    """The table as a document. TOML's reader gives no places: a key's place is its first line in the text."""
    start = max(text.find("[tool.aslkit"), 0)
    top = Entry(start, start, start, start + len("[tool.aslkit]"), False)
    entries: dict[int, Any] = {}

    def add(value: Json) -> None:
        if isinstance(value, dict):
            entries[id(value)] = {key: _toml_entry(text, key, start) for key in value}
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            add(inner)

    add(data)
    return Document(source=source, text=text, data=data, root=top, entries=entries)


def _toml_entry(text: str, key: str, start: int) -> Entry:
    import re

    match = re.compile(rf"(?:^|[\[.])[ \t]*[\"']?({re.escape(key)})\b", re.MULTILINE).search(text, start)
    first, last = (match.start(1), match.end(1)) if match else (start, start)
    return Entry(first, last, first, last, False)


# --- kinds of values -------------------------------------------------------------------------------------------------


def _fail(document: Document, pointer: Pointer, message: str) -> NoReturn:
    raise ConfigError(message, document, pointer)


def _object(document: Document, pointer: Pointer, value: Json, keys: Mapping[str, Reader]) -> dict[str, Any]:
    if not isinstance(value, dict):
        _fail(document, pointer, f"{_name(pointer)} is an object of {', '.join(keys)}")
    for key in value:
        if key not in keys:
            _fail(document, (*pointer, key), f'{_name(pointer)} knows no "{key}"{_hint(key, keys)}')
    return {key: keys[key](document, (*pointer, key), inner) for key, inner in value.items()}


def _name(pointer: Pointer) -> str:
    keys = [str(key) for key in pointer if not isinstance(key, int)]
    return f'"{keys[-1]}"' if keys else "the config"


def _hint(word: str, known: Iterable[str]) -> str:
    names = list(known)
    close = nearest(word, names)
    return f'; did you mean "{close}"?' if close else f"; it knows {', '.join(names)}" if len(names) < 20 else ""


def _one_of(*words: str) -> Reader:
    def read(document: Document, pointer: Pointer, value: Json) -> str:
        if value not in words:
            hint = _hint(value, words) if isinstance(value, str) else f"; it is one of {', '.join(words)}"
            _fail(document, pointer, f"{_name(pointer)} cannot be {_shown(value)}{hint}")
        return str(value)

    return read


def _shown(value: Json) -> str:
    return f'"{value}"' if isinstance(value, str) else "an object" if isinstance(value, dict) else str(value)


def _texts(document: Document, pointer: Pointer, value: Json) -> tuple[str, ...]:
    """A text or a list of texts."""
    items = value if isinstance(value, list) else [value]
    for item in items:
        if not isinstance(item, str) or not item:
            _fail(document, pointer, f"{_name(pointer)} is a text or a list of texts, and not {_shown(item)}")
    return tuple(items)


def _text(document: Document, pointer: Pointer, value: Json) -> str:
    if not isinstance(value, str) or not value:
        _fail(document, pointer, f"{_name(pointer)} is a text, and not {_shown(value)}")
    return value


def _boolean(document: Document, pointer: Pointer, value: Json) -> bool:
    if not isinstance(value, bool):
        _fail(document, pointer, f"{_name(pointer)} is true or false, and not {_shown(value)}")
    return value


def _length(document: Document, pointer: Pointer, value: Json) -> float:
    length = seconds_of(value)
    if length is None:
        _fail(document, pointer, f"{_name(pointer)} is a number of seconds, or text like 90s, 10m, 1h30m")
    return length


def _number(document: Document, pointer: Pointer, value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        _fail(document, pointer, f"{_name(pointer)} is a number of 0 or more, and not {_shown(value)}")
    return value


def _bounded(read: Reader) -> Reader:
    """A value, or bounds on it: {at-least: …, at-most: …}."""

    def bounded(document: Document, pointer: Pointer, value: Json) -> Any:
        if isinstance(value, dict):
            return _object(document, pointer, value, {"at-least": read, "at-most": read})
        return read(document, pointer, value)

    return bounded


def _timer(document: Document, pointer: Pointer, value: Json) -> Any:
    """true, or bounds."""
    if isinstance(value, dict):
        return _bounded(_length)(document, pointer, value)
    return _boolean(document, pointer, value)


def _depth(document: Document, pointer: Pointer, value: Json) -> int:
    if type(value) is not int or value < 0:
        _fail(document, pointer, '"depth" is 0 for states of the top level, 1 for those inside one Parallel or Map, …')
    return value


# --- rules -----------------------------------------------------------------------------------------------------------


def _known_rules(document: Document, pointer: Pointer, value: Json) -> tuple[str, ...]:
    from aslkit.lint import ALL_RULES

    known = [rule.id for rule in ALL_RULES]
    names = _texts(document, pointer, value)
    for index, name in enumerate(names):
        if name not in known:
            place = (*pointer, index) if isinstance(value, list) else pointer
            _fail(document, place, f'there is no rule "{name}"{_hint(name, known)}')
    return names


def _settings(document: Document, pointer: Pointer, value: Json) -> dict[str, Setting]:
    from aslkit.lint import ALL_RULES

    keys = {rule.id: _setting_of(rule.options) for rule in ALL_RULES}
    return _object(document, pointer, value, keys)


def _setting_of(options: Mapping[str, Any]) -> Reader:
    shared = ("workflow_type", "policies")  # the config says these once for all rules
    own = {name.replace("_", "-"): default for name, default in options.items() if name not in shared}

    def read(document: Document, pointer: Pointer, value: Json) -> Setting:
        if not isinstance(value, dict):
            return Setting(options={}, severity=_severity(document, pointer, value))
        keys = {"severity": _severity, **{name: _like(default) for name, default in own.items()}}
        values = _object(document, pointer, value, keys)
        severity = values.pop("severity", None)
        return Setting(options={name.replace("-", "_"): inner for name, inner in values.items()}, severity=severity)

    return read


def _like(default: Any) -> Reader:
    """What an option takes, as its default shows."""
    kinds: Mapping[type, Reader] = {bool: _boolean, int: _number, float: _number, str: _text, tuple: _texts}
    return kinds[type(default)]


_severity = _one_of(OFF, *SEVERITIES)

# --- policies --------------------------------------------------------------------------------------------------------

RETRY: Mapping[str, Reader] = {
    "errors": _texts,
    "attempts": _bounded(_number),
    "interval": _bounded(_length),
    "backoff": _bounded(_number),
    "max-delay": _bounded(_length),
}
CATCH: Mapping[str, Reader] = {
    "errors": _texts,
    "publishes": _boolean,
    "ends": _one_of("Fail", "Succeed"),
    "keeps-input": _boolean,
    "enclosing": _boolean,
}
FORBID: Mapping[str, Reader] = {"hard-coded-arns": _boolean, "account-ids": _boolean}


def _of(keys: Mapping[str, Reader]) -> Reader:
    return lambda document, pointer, value: _object(document, pointer, value, keys)


POLICY: Mapping[str, Reader] = {
    "name": _text,
    "reason": _text,
    "severity": _one_of(*SEVERITIES),
    "states": _texts,
    "type": lambda document, pointer, value: tuple(
        _one_of(*STATE_TYPES)(document, pointer, item) for item in _texts(document, pointer, value)
    ),
    "resource": _texts,
    "depth": _depth,
    "inside": lambda document, pointer, value: tuple(
        _one_of("Parallel", "Map")(document, pointer, item) for item in _texts(document, pointer, value)
    ),
    "retry": _of(RETRY),
    "catch": _of(CATCH),
    "timeout": _timer,
    "heartbeat": _timer,
    "waits": _boolean,
    "forbid": _of(FORBID),
    "machine": _of({"timeout": _timer}),
}
DEMANDS = ("retry", "catch", "timeout", "heartbeat", "waits", "forbid", "machine")


def _policies(document: Document, pointer: Pointer, value: Json) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(value, list):
        _fail(document, pointer, '"policies" is a list, each with a name and what it demands')
    read = []
    for index, item in enumerate(value):
        one = _object(document, (*pointer, index), item, POLICY)
        if "name" not in one:
            _fail(document, (*pointer, index), "a policy has a name: findings begin with it")
        if not any(name in one for name in DEMANDS):
            _fail(document, (*pointer, index), f'"{one["name"]}" demands nothing; it has one of {", ".join(DEMANDS)}')
        read.append(one)
    return tuple(read)


KEYS: Mapping[str, Reader] = {
    "rules": _settings,
    "select": _known_rules,
    "ignore": _known_rules,
    "fail-on": _one_of(*SEVERITIES, "never"),
    "type": _one_of("STANDARD", "EXPRESS"),
    "policies": _policies,
}
FIELDS = {
    "rules": "settings",
    "select": "select",
    "ignore": "ignore",
    "fail-on": "fail_on",
    "type": "workflow_type",
    "policies": "policies",
}
"""Key of the config -> field of Config."""
