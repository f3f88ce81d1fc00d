"""aslkit.yaml, or [tool.aslkit] of a pyproject.toml -> Config: what a project says of the rules, and its own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from aslkit.definition.document import Document, Entry
from aslkit.definition.duration import seconds_of
from aslkit.definition.model import STATE_TYPES
from aslkit.definition.spelling import nearest
from aslkit.lint.engine import OFF, SEVERITIES, SHARED_OPTIONS, Config, PathSettings, Setting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json
    from aslkit.lint.engine import Rule

    Reader = Callable[[Document, Pointer, Json], Any]
    """(config, place, value) -> what the value means. Raises ConfigError when it does not fit."""


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


def _plugins(document: Document, pointer: Pointer, value: Json) -> tuple[Rule, ...]:
    """The rules of the plugins that a config names; a plugin's module stands beside the config, or is installed."""
    known: tuple[Rule, ...] | None = document.__dict__.get("_plugins")
    if known is None:
        from os.path import abspath, dirname

        from aslkit.lint import ALL_RULES
        from aslkit.lint.plugins import PluginError, plugin_rules

        own = {rule.id for rule in ALL_RULES}
        try:
            known = plugin_rules(_texts(document, pointer, value), dirname(abspath(document.source)))
        except PluginError as error:
            _fail(document, pointer, f"the plugin {error}")
        for rule in known:
            if rule.id in own:
                _fail(document, pointer, f'a plugin has a rule "{rule.id}", and aslkit itself has one of that name')
        document.__dict__["_plugins"] = known
    return known


def _all_rules(document: Document) -> tuple[Rule, ...]:
    """The rules of aslkit, and those of the plugins that the config names."""
    from aslkit.lint import ALL_RULES

    named = document.data.get("plugins") if isinstance(document.data, dict) else None
    return (*ALL_RULES, *(_plugins(document, ("plugins",), named) if named is not None else ()))


def _known_rules(document: Document, pointer: Pointer, value: Json) -> tuple[str, ...]:
    known = [rule.id for rule in _all_rules(document)]
    names = _texts(document, pointer, value)
    for index, name in enumerate(names):
        if name not in known:
            place = (*pointer, index) if isinstance(value, list) else pointer
            _fail(document, place, f'there is no rule "{name}"{_hint(name, known)}')
    return names


def _settings(document: Document, pointer: Pointer, value: Json) -> dict[str, Setting]:
    keys = {rule.id: _setting_of(rule.options) for rule in _all_rules(document)}
    return _object(document, pointer, value, keys)


def _setting_of(options: Mapping[str, Any]) -> Reader:
    own = {name.replace("_", "-"): default for name, default in options.items() if name not in SHARED_OPTIONS}

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

# --- settings for some files -----------------------------------------------------------------------------------------

PATHS: Mapping[str, Reader] = {"glob": _texts, "rules": _settings}


def _paths(document: Document, pointer: Pointer, value: Json) -> tuple[PathSettings, ...]:
    if not isinstance(value, list):
        _fail(document, pointer, '"paths" is a list, each with a glob and the rules for the files that it names')
    read = []
    for index, item in enumerate(value):
        one = _object(document, (*pointer, index), item, PATHS)
        for name in PATHS:
            if name not in one:
                _fail(document, (*pointer, index), f'an entry of "paths" has "glob" and "rules"; here is no "{name}"')
        read.append(PathSettings(one["glob"], one["rules"]))
    return tuple(read)


def for_path(config: Config, path: str) -> Config:
    """The config with what it says for a file, `path` being its path from the config's folder, with `/`.

    Of several entries whose glob names the file, all count, the later ones first; options of a rule add up.
    """
    settings = dict(config.settings)
    for entry in config.paths:
        if any(names(pattern, path) for pattern in entry.glob):
            for rule_id, setting in entry.settings.items():
                before = settings.get(rule_id, Setting(options={}))
                settings[rule_id] = Setting({**before.options, **setting.options}, setting.severity or before.severity)
    return Config(**{**config.__dict__, "settings": settings, "paths": ()})


def names(pattern: str, path: str) -> bool:
    """Whether a glob names a path: `*` and `?` stay within a folder, `**` is any number of folders, a folder stands
    for all that is in it, and a pattern without `/` is a name in any folder."""
    import re

    text = pattern.strip("/") if "/" in pattern.rstrip("/") else f"**/{pattern.strip('/')}"
    text = re.sub(r"(?:\*\*/)+", "**/", text)
    parts = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    translated = re.sub(r"\*\*/|\*\*|\*|\?|[^*?]+", lambda found: parts.get(found[0], re.escape(found[0])), text)
    return re.fullmatch(f"{translated}(?:/.*)?", path) is not None


# --- policies --------------------------------------------------------------------------------------------------------


def _either(boolean: Reader, other: Reader) -> Reader:
    """true or false, or something else."""
    return lambda document, pointer, value: (boolean if isinstance(value, bool) else other)(document, pointer, value)


_boolean_or_texts = _either(_boolean, _texts)
RETRY: Mapping[str, Reader] = {
    "errors": _texts,
    "attempts": _bounded(_number),
    "interval": _bounded(_length),
    "backoff": _bounded(_number),
    "max-delay": _bounded(_length),
    "jitter": _one_of("FULL", "NONE"),
    "total": _bounded(_length),
    "never": _texts,
}
CATCH: Mapping[str, Reader] = {
    "errors": _texts,
    "to": _texts,
    "publishes": _boolean_or_texts,
    "ends": _one_of("Fail", "Succeed"),
    "keeps-input": _boolean,
    "enclosing": _boolean,
}
FORBID: Mapping[str, Reader] = {"hard-coded-arns": _boolean, "account-ids": _boolean, "regions": _boolean}
MACHINE: Mapping[str, Reader] = {
    "timeout": _timer,
    "comment": _boolean,
    "query-language": _one_of("JSONPath", "JSONata"),
    "states": _bounded(_number),
    "has": _texts,
}


def _of(keys: Mapping[str, Reader]) -> Reader:
    return lambda document, pointer, value: _object(document, pointer, value, keys)


def _each_of(*words: str) -> Reader:
    """One or several of these words."""
    return lambda document, pointer, value: tuple(
        _one_of(*words)(document, pointer, item) for item in _texts(document, pointer, value)
    )


def _absent(document: Document, pointer: Pointer, value: Json) -> bool:
    if value is not False:
        _fail(document, pointer, f"{_name(pointer)} is false (there is none), or an object of what it demands")
    return value


def _demanded_parameters(document: Document, pointer: Pointer, value: Json) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        _fail(document, pointer, f"{_name(pointer)} is an object: the name of a parameter, and true, false or patterns")
    return {name: _boolean_or_texts(document, (*pointer, name), inner) for name, inner in value.items()}


SELECTORS: Mapping[str, Reader] = {
    "states": _texts,
    "type": _each_of(*STATE_TYPES),
    "resource": _texts,
    "depth": _depth,
    "inside": _each_of("Parallel", "Map"),
}
DEMANDS: Mapping[str, Reader] = {
    "retry": _either(_absent, _of(RETRY)),
    "runs": _bounded(_number),
    "catch": _either(_absent, _of(CATCH)),
    "timeout": _timer,
    "heartbeat": _timer,
    "waits": _boolean,
    "keeps-input": _boolean,
    "parameters": _demanded_parameters,
    "forbid": _of(FORBID),
    "called": _texts,
    "comment": _boolean,
    "default": _boolean,
    "concurrency": _bounded(_number),
    "forbidden": _boolean,
    "machine": _of(MACHINE),
}
POLICY: Mapping[str, Reader] = {
    "name": _text,
    "reason": _text,
    "severity": _one_of(*SEVERITIES),
    **SELECTORS,
    "except": _of(SELECTORS),
    **DEMANDS,
}


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
    "paths": _paths,
    "plugins": _plugins,
}
FIELDS = {
    "rules": "settings",
    "select": "select",
    "ignore": "ignore",
    "fail-on": "fail_on",
    "type": "workflow_type",
    "policies": "policies",
    "paths": "paths",
    "plugins": "plugins",
}
"""Key of the config -> field of Config."""
