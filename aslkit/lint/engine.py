"""StateMachine, rules, config -> findings: what a rule is, which settings it has, and which findings are silenced."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aslkit.definition.document import Span
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aslkit.definition.document import DefinitionError, Document, Pointer
    from aslkit.definition.model import StateMachine

ERROR, WARNING, INFO, OFF = "error", "warning", "info", "off"
SEVERITIES = (ERROR, WARNING, INFO)
"""error: AWS refuses the definition. warning: AWS takes it, and it fails at run time or does the wrong thing.
info: advice."""


class Replace(Record):
    """The value at `pointer` becomes `value`."""

    pointer: Pointer
    value: Any


class Rename(Record):
    """The key at `pointer` becomes `name`; the same name again writes it in quotes where readers differ on it."""

    pointer: Pointer
    name: str


class Insert(Record):
    """The field `pointer` is added with `value`, behind the field `after` of the same object."""

    pointer: Pointer
    value: Any
    after: str


class Delete(Record):
    """The field or element at `pointer` goes."""

    pointer: Pointer


class Reorder(Record):
    """The elements of the array at `pointer` stand in another `order`: their present indices, each once."""

    pointer: Pointer
    order: tuple[int, ...]


Edit = Replace | Rename | Insert | Delete | Reorder


class Fix(Record):
    """The one obvious mend of a finding: what to do, and its edits, which aslkit.lint.fixes makes in the text."""

    label: str
    edits: tuple[Edit, ...]


def mend(label: str, *edits: Edit) -> Fix:
    """The fix of these edits; the label is an imperative: `lead to "Report"`."""
    return Fix(label, edits)


class Hit(Record):
    """What a rule yields where a plain (pointer, message) is not enough."""

    pointer: Pointer
    message: str
    related: tuple[Pointer, ...] = ()
    fix: Fix | None = None
    severity: str | None = None
    span: Span | None = None


class Finding(Record):
    """One mistake in one place of one file."""

    rule: str
    severity: str
    source: str
    span: Span
    message: str
    pointer: Pointer = ()
    related: tuple[Pointer, ...] = ()
    fix: Fix | None = None
    related_spans: tuple[Span, ...] = ()


SHARED_OPTIONS = ("workflow_type", "policies")
"""Options that a config says once for all rules."""


class Rule(Record):
    """A check with its name and severity. Its options are the keyword-only parameters of the check, its manual the
    docstring: a sentence, what follows at run time, a `Bad:` and a `Good:` example. `fixable`: some of its hits have a
    fix."""

    id: str
    severity: str
    check: Callable[..., Iterable[Hit | tuple[Pointer, str]]]
    fixable: bool = False

    @property
    def options(self) -> Mapping[str, Any]:
        """Option name -> default value."""
        return self.check.__kwdefaults__ or {}

    @property
    def own_options(self) -> Mapping[str, Any]:
        """The options that a config says for this rule alone."""
        return {name: default for name, default in self.options.items() if name not in SHARED_OPTIONS}

    @property
    def manual(self) -> str:
        return self.check.__doc__ or ""

    @property
    def summary(self) -> str:
        """The first sentence of the manual."""
        return self.manual.partition("\n")[0]

    def __call__(self, machine: StateMachine, **options: Any) -> Iterator[Hit]:
        """The hits of this rule on a definition."""
        for found in self.check(machine, **options):
            yield found if isinstance(found, Hit) else Hit(*found)


def rule(
    severity: str, *, fixable: bool = False
) -> Callable[[Callable[..., Iterable[Hit | tuple[Pointer, str]]]], Rule]:
    """Makes a rule of a generator over the model; its id is the function's name in kebab-case."""

    def made(check: Callable[..., Iterable[Hit | tuple[Pointer, str]]]) -> Rule:
        return Rule(check.__name__.replace("_", "-"), severity, check, fixable)

    return made


class Setting(Record):
    """What a project says of one rule: a severity of its own (or off), and options."""

    options: Mapping[str, Any]
    severity: str | None = None


class PathSettings(Record):
    """What a project says of the rules for some of its files: patterns of paths, and settings by rule id."""

    glob: tuple[str, ...]
    settings: Mapping[str, Setting]


class Config(Record):
    """What a project says of all rules: settings by rule id, selected and ignored rule ids, the severity that fails a
    run, the workflow type of the definitions (STANDARD, EXPRESS), its own rules as data (`policies`) and as Python
    (`plugins`), and settings for some of its files (`paths`)."""

    settings: Mapping[str, Setting] = {}
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = WARNING
    workflow_type: str = "STANDARD"
    policies: tuple[Mapping[str, Any], ...] = ()
    paths: tuple[PathSettings, ...] = ()
    plugins: tuple[Rule, ...] = ()

    def setting(self, rule_id: str) -> Setting:
        return self.settings.get(rule_id) or Setting(options={})

    def severity(self, checked: Rule) -> str:
        """The severity of a rule in this project; off when it is ignored or not among the selected."""
        if checked.id in self.ignore or (self.select and checked.id not in self.select):
            return OFF
        return self.setting(checked.id).severity or checked.severity

    def options(self, checked: Rule) -> dict[str, Any]:
        """The options of a rule: what the config says for it, and what all rules may ask (workflow type, policies)."""
        shared = dict(zip(SHARED_OPTIONS, (self.workflow_type, self.policies), strict=True))
        known = checked.options
        return {name: value for name, value in shared.items() if name in known} | dict(self.setting(checked.id).options)


def check(machine: StateMachine, rules: Iterable[Rule], config: Config) -> list[Finding]:
    """The findings of the rules on a definition, in the order of the text, without those that a comment silences."""
    document = machine.document
    found = [finding for checked in (*rules, *config.plugins) for finding in _findings(checked, machine, config)]
    ignores = list(_ignores(document))
    if ignores:
        found = list(_silenced(found, ignores, document, config))
    return sorted(found, key=_place)


def syntax_finding(error: DefinitionError) -> Finding:
    """A text that is no definition, as a finding like any other."""
    span = Span(error.line, error.column, error.line, error.column + 1, 0, 0)
    return Finding(syntax.id, ERROR, error.source, span, error.message)


def _findings(checked: Rule, machine: StateMachine, config: Config) -> Iterator[Finding]:
    severity = config.severity(checked)
    if severity == OFF:
        return
    changed = config.setting(checked.id).severity is not None
    document = machine.document
    for hit in checked(machine, **config.options(checked)):
        yield Finding(
            rule=checked.id,
            severity=severity if changed or hit.severity is None else hit.severity,
            source=document.source,
            span=hit.span or document.span(hit.pointer),
            message=hit.message,
            pointer=hit.pointer,
            related=hit.related,
            fix=hit.fix,
            related_spans=tuple(document.span(pointer) for pointer in hit.related),
        )


def _place(finding: Finding) -> tuple[int, int, str, str]:
    return finding.span.start, finding.span.end, finding.rule, finding.message


IGNORE = re.compile(r"#[ \t]*aslkit:[ \t]*ignore(?:\[([^\]\n]*)\])?[ \t]*([^\n]*)")


@rule(ERROR)
def syntax(machine: StateMachine) -> Iterator[Hit]:
    """The text is neither YAML nor JSON, or not something that JSON can hold.

    AWS: INVALID_JSON_DESCRIPTION. Nothing else can be said of a file until it can be read. aslkit also refuses what
    readers would guess at: a second document in the file, NaN, keys that are no strings, values nested without end.

    Bad:

        StartAt: Wait
        States: {Wait: {Type: Wait
        End: true}}  # <-

    Good:

        StartAt: Wait
        States: {Wait: {Type: Wait, Seconds: 1, End: true}}
    """
    return iter(())  # load() finds these, before there is a state machine


@rule(WARNING)
def unused_ignore(machine: StateMachine) -> Iterator[Hit]:
    """A comment that silences findings silences none.

    The mistake it stood for is mended or moved; left in place, the comment would hide the next one on its line.

    Bad:

        StartAt: Wait
        States:
          Wait:
            Type: Wait
            # aslkit: ignore[yaml-1-1] the loader takes strings  # <-
            Seconds: 10
            End: true

    Good:

        StartAt: Wait
        States:
          Wait:
            Type: Wait
            Seconds: 10
            End: true
    """
    return iter(())  # check() finds these, after all other rules have run


OWN_RULES = (syntax, unused_ignore)
"""The rules of the engine itself: what cannot be read, and what its ignore comments do."""


class _Ignore(Record):
    """One ignore comment: the line it silences, the rules it names, its own place."""

    line: int
    rules: tuple[str, ...]
    span: Span


def _ignores(document: Document) -> Iterator[_Ignore]:
    if "aslkit:" not in document.text:
        return
    for match in IGNORE.finditer(document.text, *(document.region or ())):
        span = document.locate(match.start(), match.end())
        alone = not document.line(span.line)[: span.column - 1].strip()
        named = tuple(word.strip() for word in (match[1] or "").split(",") if word.strip())
        yield _Ignore(_silenced_line(document, span.line) if alone else span.line, named, span)


def _silenced_line(document: Document, line: int) -> int:
    """A comment that stands alone silences the next line that is not blank and no comment."""
    last = document.position(len(document.text))[0]
    while line < last:
        line += 1
        text = document.line(line).strip()
        if text and not text.startswith("#"):
            break
    return line


def _silenced(found: list[Finding], ignores: list[_Ignore], document: Document, config: Config) -> Iterator[Finding]:
    used: set[tuple[int, str]] = set()
    for finding in found:
        silencing = [
            index for index, one in enumerate(ignores) if one.line == finding.span.line and finding.rule in one.rules
        ]
        used.update((index, finding.rule) for index in silencing)
        if not silencing:
            yield finding
    severity = config.severity(unused_ignore)
    if severity == OFF or config.select:  # a rule that did not run leaves its comments unused
        return
    for index, one in enumerate(ignores):
        for message in _useless(one, {name for place, name in used if place == index}):
            yield Finding(unused_ignore.id, severity, document.source, one.span, message)


def _useless(ignore: _Ignore, used: set[str]) -> Iterator[str]:
    if not ignore.rules:
        yield "this comment silences nothing: it names no rule; write ignore[rule-id] and the reason"
    for name in ignore.rules:
        if name not in used:
            yield f'this comment silences nothing: no "{name}" is found on line {ignore.line}'
