"""Templates of SAM, CloudFormation and Terraform -> the findings in the definitions inside them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aslkit.cli import files
from aslkit.definition.document import Document, Entry
from aslkit.definition.embedded import definition_files, has_directives, is_template, load_template, load_terraform
from aslkit.definition.model import parse
from aslkit.lint import RULES
from aslkit.lint.embedded import check_template
from aslkit.lint.engine import check

if TYPE_CHECKING:
    from collections.abc import Callable

    from aslkit.lint.engine import Config, Finding

    Reading = tuple[Document, Callable[[Document], list[Finding]]]

TERRAFORM = (".tftpl", ".tpl")


def reading_of_template(content: bytes | str, source: str, config: Config) -> Reading | None:
    """The document of a template and what finds the findings in it; None for a text that is none.

    Raises DefinitionError for a template that cannot be read.
    """
    if source.endswith(TERRAFORM) or has_directives(content):
        return _terraform(content, source, config)
    if source.endswith(files.ENDINGS):
        return None
    if is_template(content):
        template = load_template(content, source=source)
        if _resources(template) is not None:
            return template, lambda document: check_template(document, RULES, config)
    elif source.endswith(files.TEMPLATE_ENDINGS) and not _says_start(content):
        return _of_other_things(content, source)
    return None


def _terraform(content: bytes | str, source: str, config: Config) -> Reading:
    return load_terraform(content, source=source), lambda document: check(parse(document), RULES, config)


def _resources(template: Document) -> object:
    return template.data.get("Resources") if isinstance(template.data, dict) else None


def _says_start(content: bytes | str) -> bool:
    return "StartAt" in content if isinstance(content, str) else b"StartAt" in content


def _of_other_things(content: bytes | str, source: str) -> Reading:
    """A template without a state machine, perhaps of another tool: there is nothing to say of it."""
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    return Document(source, text, {}, Entry(0, 0, 0, 0, False), {}), lambda document: []


def referred(name: str, template: Document) -> tuple[str, ...]:
    """The files, beside a template, that hold definitions for it."""
    if not is_template(template.text) or _resources(template) is None:
        return ()
    beside = os.path.dirname(name)
    paths = (os.path.normpath(os.path.join(beside, path)) for path in definition_files(template))
    return tuple(path for path in paths if os.path.isfile(path))
