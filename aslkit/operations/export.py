"""StateMachine -> the JSON text that is deployed; JSON -> YAML text, the way back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from aslkit.definition.scalars import core_value, old_reading
from aslkit.definition.substitution import bare_placeholders

if TYPE_CHECKING:
    from aslkit.definition.document import Document, Pointer
    from aslkit.definition.model import Json, StateMachine

MAX_CHARACTERS = 1_048_576
"""The longest definition that CreateStateMachine takes, in characters. Source: Step Functions service model."""


class TooLarge(ValueError):
    """The definition has more characters than AWS takes; `characters` says how many."""

    def __init__(self, characters: int) -> None:
        super().__init__(
            f"the definition has {characters:,} characters as JSON; AWS takes {MAX_CHARACTERS:,} (--compact leaves out "
            "the white space; a nested state machine started with states:startExecution.sync:2 splits it)"
        )
        self.characters = characters


def export(machine: StateMachine, *, compact: bool = False) -> str:
    """The definition as JSON text, always the same for the same definition, ending in a line break.

    Keys keep the order they are written in. A `${Name}` in place of a number or an object stays without quotes, as
    template engines want it. Raises TooLarge beyond 1,048,576 characters.
    """
    marked = _marked(machine.document.data, (), bare_placeholders(machine))
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 2}
    text = MARKED.sub(r"\1", json.dumps(marked, ensure_ascii=False, allow_nan=False, **layout)) + "\n"
    if len(text) - 1 > MAX_CHARACTERS:
        raise TooLarge(len(text) - 1)
    return text


MARK = "\ue0ff"
MARKED = re.compile(f'"{MARK}([^"]*)"')


def _marked(value: Json, pointer: Pointer, bare: frozenset[Pointer]) -> Json:
    """A copy in which each string that stands without quotes begins with a mark."""
    if not bare:
        return value
    if isinstance(value, dict):
        return {key: _marked(item, (*pointer, key), bare) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item, (*pointer, index), bare) for index, item in enumerate(value)]
    return MARK + value if pointer in bare else value


def unwrapped(data: Json) -> Json:
    """The definition inside what `aws stepfunctions describe-state-machine` prints; anything else as it is.

    Raises ValueError when the definition inside is not JSON.
    """
    if isinstance(data, dict) and isinstance(data.get("definition"), str) and "States" not in data:
        return json.loads(data["definition"])
    return data


def to_yaml(document: Document) -> str:
    """A definition as YAML text: block style, keys in their order, texts of several lines as blocks, every string that
    some reader of YAML would take for something else in quotes. Reading it back gives the same data."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    Dumper.add_representer(str, _yaml_text)
    return yaml.dump(
        unwrapped(document.data),
        Dumper=Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=120,
        default_flow_style=False,
    )


def _yaml_text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    """How a string is written: as a block, in double quotes, or (None) as PyYAML finds best."""
    lines = text.split("\n")
    if not all(line.isprintable() for line in lines):
        return '"'
    if len(lines) > 1:
        return "|" if not text[0].isspace() and all(line == line.rstrip() for line in lines) else '"'
    return '"' if _is_read_otherwise(text) else None


def _is_read_otherwise(text: str) -> bool:
    """Whether a plain scalar of this text would be no string to some reader."""
    try:
        return not isinstance(core_value(text), str) or old_reading(text) is not None
    except ValueError:
        return True
