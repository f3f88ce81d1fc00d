"""JSON values of a real execution -> the same without what is private: the same by the same wherever it stands.

What is private is known by its form (an e-mail address, a token of GitHub), or by what stands before it (a key called
password, `token=`, `Bearer`). What was known once by the latter is replaced wherever it stands again, if it tells
enough to be told from any other word.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Json = Any

# --- which keys hold secrets -----------------------------------------------------------------------------------------

SECRETS = re.compile(r"pass(?:word|wd|phrase)?|secret|token|api[-_]?key|credential|authorization", re.IGNORECASE)
"""In the name of a field whose text is a secret."""
SURE = re.compile(
    r"(?:passw(?:or)?d|passphrase|pwd|secret(?:string|value|binary)?|token(?!s)|credential|authorization"
    r"|(?:api|access|secret|private|account|shared|signing|encryption)key)s?\d*"
)
"""The end of the name of a field, letters and digits only, that is a secret whatever it is: a number, an object."""
ATTRIBUTES = frozenset({"S", "N", "B", "SS", "NS", "BS"})
"""How DynamoDB says the type of a value: {"S": "text"}."""


def _is_sure(key: str) -> bool:
    squashed = re.sub(r"[\W_]", "", key).lower()
    return any(match.end() == len(squashed) for match in SURE.finditer(squashed))


def _is_secret(key: str) -> bool:
    return SECRETS.search(key) is not None or _is_sure(key)


def _heads(key: str, names: Iterable[str]) -> bool:
    """Whether a key says of all that is in an object, which has these names, that it is a secret."""
    return _is_sure(key) or (_is_secret(key) and set(names) <= ATTRIBUTES)


# --- what is private in any text -------------------------------------------------------------------------------------

ACCOUNT = "account numbers"
FORMS = {
    "private keys": (
        r"(?s:-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z))",
        "private-key-{0}",
    ),
    "GitHub tokens": (r"\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255})(?!\w)", "github-token-{0}"),
    "GitLab tokens": (r"\bglpat-[\w-]{20,255}", "gitlab-token-{0}"),
    "Slack tokens": (r"\b(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,255}", "slack-token-{0}"),
    "Slack webhooks": (r"\bhooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]+", "hooks.slack.com/services/{0}"),
    "Google keys": (r"\bAIza[\w-]{35}(?![\w-])", "google-key-{0}"),
    "Stripe keys": (r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,255}", "stripe-key-{0}"),
    "session tokens": (r"\b(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/=_%-]{20,}", "session-token-{0}"),
    "job run ids": (r"\bjr_[0-9a-f]{16,64}\b", "jr_{0:064x}"),
    "UUIDs": (
        r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b",
        "00000000-0000-4000-8000-{0:012x}",
    ),
    "access keys": (r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", "AKIAEXAMPLE{0:09d}"),
    "web tokens": (r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*", "web-token-{0}"),
    "tokens": (r"[A-Za-z0-9+/_-]{120,}={0,2}", "token-{0}"),
    "e-mail addresses": (r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", "person{0}@example.com"),
    ACCOUNT: (r"(?<![\w.])\d{12}(?!\w)", "{0:012d}"),
}
"""Kind of what is known by its form -> how it looks, and what stands there instead, given a number."""

WORD = r"passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|secret|private|account|shared)[-_ ]?key|credentials?"
BARE = r"(?:[^\s&;,\"'<>\\]|,(?!\s|[\w.-]+=|\Z)|\\(?![nrtu\"'\\]))+"
GUESS = r"(?!arn:)(?=[^\s&;,\"'<>\\]*\d)[^\s&;,\"'<>\\]{6,}"
"""A word with a digit in it, where a sentence may go on as well ("unexpected token: end of file")."""
IN_URL, IN_TEXT, BEARER, BASIC = "passwords in URLs", "passwords in texts", "bearer tokens", "basic authorizations"
PLACES = (
    ("URL signatures", r"(?i:X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)=|[?&]sig=)", BARE),
    (IN_URL, r"://[^\s/:@\"']{0,128}:", r"[^\s/\"']{1,512}(?=@)"),
    (BEARER, r"\b(?i:Bearer)\s{1,3}", r"(?=[^\s,;\"'<>]*\d|[^\s,;\"'<>]{24})[\w.~+/=-]{6,}"),
    (BASIC, r"\b(?i:Basic)\s{1,3}", r"[A-Za-z0-9+/]{6,}={0,2}"),
    (IN_TEXT, rf"(?i:{WORD}|signature)s?\\*[\"']?=", BARE),
    (IN_TEXT, rf"(?i:{WORD})s?\\*[\"']?=\\*[\"']", r"[^\"'\\]{1,512}(?=\\*[\"'])"),
    (IN_TEXT, rf"(?i:{WORD}|authorization)\\*[\"']?\s{{0,3}}[:=]\s{{0,3}}\\*[\"']?", GUESS),
    (IN_TEXT, rf"--[\w-]{{0,40}}?(?i:{WORD})\s{{1,3}}", GUESS),
)
"""Kind of what is known by what stands before it, what that is, and what is private behind it."""


def _alternatives() -> Iterator[str]:
    for number, (_, before, value) in enumerate(PLACES):
        yield f"(?P<place{number}>{before}(?P<value{number}>{value}))"
    for number, (form, _) in enumerate(FORMS.values()):
        yield f"(?P<form{number}>{form})"


PRIVATE = re.compile("|".join(_alternatives()))
FORM = re.compile("|".join(f"({form})" for form, _ in FORMS.values()))
ACCOUNTS = 111_111_111_111
TEN = 10
FIRST_ACCOUNT = 100_000_000_000
"""No account number begins with 0 here: as a number it would lose its first digits."""

SCHEME = re.compile(r"((?i:Bearer|Basic|Token|ApiKey)\s+)(\S+)")
REPLACED = re.compile(r"secret-\d{1,9}")
NO_SECRET = re.compile(r"\$\$?[.\[]|\$\{|\{%|\{\{resolve:|[\W_]*\Z|(?i:true|false|null|none|undefined|bearer|basic)\Z")
"""How a text begins that only says where a secret is, or a whole one that is none."""
JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"(?P<key>\s*:)?|-?\d[\d.eE+-]*|[{}\[\]]')
"""The names, texts and numbers of a JSON text, and its brackets."""
FIRST_NAME = re.compile(r'\{\s*"([^"\\]*)"\s*:')
FIELD = re.compile(
    r"""(?P<name>(["'])[^"'\\\s]{1,128}\2\s*:\s*)(?P<text>(["'])(?:(?!\4)[^\\]|\\.)*(?:\4|\\?\Z))""", re.DOTALL
)
"""A field of an object inside some other text (a message, the repr of a dict, a JSON text that was cut off) that holds
a text."""


class Scrub:
    """Replaces what tells of real accounts and people, the same by the same wherever it stands: in names and values,
    in JSON inside a text, in a number as in a text. `counts` says how many different ones of each kind there were."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], str] = {}
        self.counts: Counter[str] = Counter()
        self.secrets = 0
        self.numbers: set[str] = set()
        self.telling: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.learned: dict[str, str] = {}
        self.again: re.Pattern[str] | None = None

    def learn(self, value: Json, *, public: str = "") -> None:
        """Secrets in a value, which are replaced from now on wherever they stand, but for those that stand in the
        public text."""
        scratch = _Learning()
        scratch(value)
        for text in scratch.inside:  # which grows meanwhile
            scratch.text(text)
        self.kinds |= {text: kind for text, kind in scratch.telling.items() if text not in public}
        self.learned |= {written: text for text in self.kinds for written in _written(text)}
        self.learned |= {text: text for text in self.kinds}  # and not how another one may be written
        if self.learned:
            self.again = re.compile(_any_of(self.learned))

    def __call__(self, value: Json, key: str = "") -> Json:
        match value:
            case dict():
                over = key if key and _heads(key, value) else ""
                return {self.text(name): self(item, over or name) for name, item in value.items()}
            case list():
                return [self(item, key) for item in value]
            case str() if value and _is_secret(key) and (_is_sure(key) or not value.isdecimal()):
                return self.secret(value, key)
            case str():
                return self.text(value)
            case int() if value >= LEAST_NUMBER:
                return int(self.number(str(value), key))
            case _:
                return value

    def number(self, text: str, key: str) -> str:
        """A whole number, as text; what stands there instead is one as well."""
        if len(text) >= LEAST_DIGITS and text.isdecimal() and _is_sure(key):
            return self.secret(text, key)
        made = self.plain(self.known_again(text))
        return made if made.isdecimal() else text

    def secret(self, text: str, key: str = "password", kind: str = "secrets") -> str:
        """A text that is a secret as a whole; what only names one stays, and what is in it keeps its form."""
        if NO_SECRET.match(text) or REPLACED.fullmatch(text) or text in self.numbers:
            return text
        if text.lstrip().startswith(("{", "[")) and _is_json(text):
            return self.json(text, key)
        if scheme := SCHEME.fullmatch(text):
            return scheme[1] + self.secret(scheme[2], kind=kind)
        if form := FORM.fullmatch(text):
            return self.formed(list(FORMS)[(form.lastindex or 1) - 1], text)
        if _tells(text, sure=_is_sure(key)):
            self.telling.setdefault(text, kind)
        made = self.known.get(("secrets", text))
        if made is None:
            self.counts[self.kinds.get(text, kind)] += 1
            self.secrets += 1
            made = f"secret-{self.secrets}"
            if text.isdecimal():
                while (made := str(10 ** (len(text) - 1) + self.secrets)) == text or made in self.learned:
                    self.secrets += 1  # no secret is replaced by another one
                self.numbers.add(made)
            self.known["secrets", text] = made
        return made

    def text(self, text: str) -> str:
        if text in self.learned:
            return self.secret(self.learned[text])
        if _is_json(text):
            return self.json(text)
        text = self.known_again(text)
        done, end = [], 0
        for field in FIELD.finditer(text):
            name, quoted = field["name"], field["text"]
            key = re.split(r"[\"']", name)[1]
            done += [self.plain(text[end : field.start()]), self.plain(name), self.quoted(quoted, key)]
            end = field.end()
        return "".join([*done, self.plain(text[end:])])

    def json(self, text: str, over: str = "") -> str:
        """A JSON text, in which nothing else is written otherwise; all in it is secret where it is the value of the key
        `over`."""
        keys = [(over, over)]
        """Of the arrays and objects around a place: the key that says of all in it that it is a secret, and the key of
        the value to come."""

        def token(match: re.Match[str]) -> str:
            whole, (around, key) = match[0], keys[-1]
            if whole == "{":
                first = FIRST_NAME.match(text, match.start())
                around = key if around or (key and _heads(key, [first[1]] if first else [])) else ""
                keys.append((around, around))
            elif whole == "[":
                keys.append((around, key))
            elif whole in "}]":
                keys.pop()
            elif not whole.startswith('"'):
                return self.number(whole, key)
            elif match["key"]:
                name = whole[: match.start("key") - match.start()]
                keys[-1] = (around, around or json.loads(name))
                return self.quoted(name, "") + match["key"]
            else:
                return self.quoted(whole, key)
            return whole

        return JSON_TOKEN.sub(token, text)

    def quoted(self, text: str, key: str) -> str:
        """A text in its quotation marks, which is the value of a key; it may be cut off."""
        mark = text[0]
        closed = mark if len(text) > 1 and text.endswith(mark) else ""
        inner = text[1 : len(text) - len(closed)]
        try:
            said = json.loads(f'"{inner}"')
        except ValueError:  # the escapes of another language
            return f"{mark}{self(inner, key) if _is_secret(key) else self.plain(inner)}{closed}"
        made = self(said, key)
        return text if made == said else f"{mark}{json.dumps(made, ensure_ascii=inner.isascii())[1:-1]}{closed}"

    def known_again(self, text: str) -> str:
        """A text without the secrets that are known from elsewhere."""
        return text if self.again is None else self.again.sub(lambda match: self.secret(self.learned[match[0]]), text)

    def plain(self, text: str) -> str:
        """A text without what is private in any text."""
        return PRIVATE.sub(self.found, text)

    def found(self, match: re.Match[str]) -> str:
        name, number = re.split(r"(?=\d)", match.lastgroup or "", maxsplit=1)
        return self.formed(list(FORMS)[int(number)], match[0]) if name == "form" else self.placed(match, int(number))

    def placed(self, match: re.Match[str], number: int) -> str:
        """What is known by what stands before it."""
        kind, value = PLACES[number][0], match[f"value{number}"]
        private = value if kind == IN_URL else value.rstrip(".:!?)]}")
        if REPLACED.search(private) or (kind == BASIC and not _is_basic(value)):
            return match[0]
        return match[0][: -len(value)] + self.secret(private, kind=kind) + value[len(private) :]

    def formed(self, kind: str, text: str) -> str:
        """What is known by its form."""
        made = self.known.get((kind, text))
        if made is None:
            self.counts[kind] += 1
            number = self.counts[kind]
            if kind == ACCOUNT:
                number = number * ACCOUNTS if number < TEN else FIRST_ACCOUNT + number
            made = self.known[kind, text] = FORMS[kind][1].format(number)
        return made


class _Learning(Scrub):
    """Looks for secrets inside of secrets as well."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []

    def secret(self, text: str, key: str = "password", kind: str = "secrets") -> str:
        made = super().secret(text, key, kind)
        if made != text and len(text) <= MOST_INSIDE:
            self.inside.append(text)
        return made


MOST_INSIDE = 2_000
"""How long a secret is in which others may stand: a URL, a text of connection."""


LEAST_DIGITS = 4
LEAST_NUMBER = 10 ** (LEAST_DIGITS - 1)
"""A smaller number is no secret."""


def _tells(text: str, *, sure: bool) -> bool:
    """Whether a secret is like no other word, so that it is the same secret wherever it stands."""
    if text.isdecimal():
        return len(text) >= 6
    if not sure:
        return len(text) >= 8 and any(character.isdigit() for character in text)
    is_word = text.isalpha() and (text.islower() or text.isupper() or text.istitle())
    return len(text) >= (12 if is_word else 5)


def _written(secret: str) -> set[str]:
    """How a secret may be written: as it is, in a JSON text, in one inside of another, in a URL."""
    escaped = {json.dumps(secret, ensure_ascii=ascii)[1:-1] for ascii in (False, True)}
    return {secret, *escaped, *(json.dumps(text)[1:-1] for text in escaped), quote(secret, safe="")}


def _any_of(texts: Iterable[str]) -> str:
    """A pattern for any of some texts, the longest first; short ones as whole words only, numbers as whole numbers."""
    kinds: tuple[tuple[str, Callable[[str], bool], str], ...] = (
        ("", lambda text: len(text) >= 8 and not text.isdecimal(), ""),
        (r"(?<!\d)", str.isdecimal, r"(?!\d)"),
        (r"(?<!\w)", lambda text: len(text) < 8 and not text.isdecimal(), r"(?!\w)"),
    )
    listed = list(texts)
    found = ((before, [text for text in listed if fits(text)], after) for before, fits, after in kinds)
    return "|".join(f"{before}(?:{_branches(own, 3)}){after}" for before, own, after in found if own)


def _branches(texts: list[str], depth: int) -> str:
    """The texts as alternatives, which branch by their first characters: there may be thousands."""
    if depth == 0 or len(texts) < TEN or "" in texts:
        return "|".join(map(re.escape, sorted(texts, key=lambda text: (-len(text), text))))
    firsts: dict[str, list[str]] = {}
    for text in texts:
        firsts.setdefault(text[0], []).append(text[1:])
    return "|".join(f"{re.escape(first)}(?:{_branches(rest, depth - 1)})" for first, rest in firsts.items())


def _is_basic(value: str) -> bool:
    """Whether this is what follows `Basic` in a header: a user and a password."""
    try:
        return b":" in b64decode(value, validate=True)
    except ValueError:
        return False


def _is_json(text: str) -> bool:
    """Whether a text is a whole JSON object, array or text."""
    if not text.lstrip().startswith(("{", "[", '"')):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
