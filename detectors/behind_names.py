"""Values without a format of their own, told by the name of the provider that stands before them.

Half of the world's keys are 32 hexadecimal digits or 40 letters and digits. What tells them apart is the
name in front: of a variable, a field, a host, a call.
"""

from __future__ import annotations

import re
from functools import lru_cache

from detectors.shape import UNLIMITED, Shape, shape_of

ANY_TOKEN = (
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32,128}"
    r"|(?=[A-Za-z+/]{0,40}\d)(?=[A-Z0-9+/]{0,20}[a-z])(?=[a-z0-9+/]{0,20}[A-Z])[A-Za-z0-9+/]{27,120}={1,2}"
    r"|(?!\d{4}-\d\d)(?=[A-Za-z_-]{0,40}\d)(?=[^A-Za-z]{0,20}[A-Za-z])[A-Za-z0-9][\w-]{18,126}[A-Za-z0-9]"
)
"""What a value looks like whose format its provider does not state: random digits and letters."""

# Not in the middle of a word, but at a hump of camel case and after an escape such as \n.
_BEGINS = r"(?!(?<=[a-z])(?<!\\[nrt])(?-i:[a-z]))"
_ENDS = (
    r"(?:(?<![a-z])|(?![a-z])|(?=(?-i:[A-Z]))"
    r"|(?=api|key|tok|sec|auth|app|client|acc|web|live|test|prod|dev|pass|pwd|user|bot|org|pat))"
)
_MARKS = r"""[ \t\r\n"'`:=>()\[\],|\\]"""
_OTHER_KEYS = (
    "public",
    "publishable",
    "primary",
    "foreign",
    "cache",
    "partition",
    "sort",
    "object",
    "idempotency",
)
_NO_CREDENTIAL = (
    r"(?!(?:[\w .\-]{0,12}[_ .\-])?(?:ids?|names?|ur[il]|types?|path|file|vault|bucket|arn|host|hash"
    r"|fingerprint|length|size|limit|ttl|expiry|count|version|prefix|policy|alias|ref)\b)"
)
_NOUN = (
    "(?=key|tok|sec|auth|pass|cred|pwd)"  # spares nearly every place the look behind
    + "".join(rf"(?<!{word})(?<!{word}[_ .\-])" for word in _OTHER_KEYS)
    + rf"(?:key|token|secret|auth(?!or(?!i))|pass|cred|pwd){_NO_CREDENTIAL}"
)
_WITH_NOUN = rf"[^\n\x1e]{{0,40}}?{_NOUN}[\w .\-]{{0,16}}{_MARKS}{{1,12}}"
# The name heads a section of settings: [name], name:, "name": {
_SECTION = (
    r"""["']?(?:\]|[ \t]{0,4}[:=]?[ \t]{0,4}\{?)[ \t]{0,8}\r?\n(?:[^\n\x1e]{0,120}\n){0,4}?"""
    rf"""[ \t]{{0,24}}(?:- )?["']?[\w.\-]{{0,24}}?{_NOUN}[\w.\-]{{0,16}}[ \t"':=]{{1,12}}"""
)
_VALUE_FIELD = r"""(?:value|val|content|text|default)["'` \t:=>\\]{2,8}"""
# The name alone says it too, unless it goes on to say that the value identifies something.
_THINGS = (
    r"ids?|uu?ids?|guids?|sha\d{0,3}|md5|hash|digest|checksum|integrity|etag|commit|rev|revision|version|release"
    r"|build|trace|span|request|session|name|ur[il]|link|host|domain|path|file|folder|type|email|account|org"
    r"|project|workspace|team|image|img|asset|icon|logo|css|js|min|object|record|row|page|list|event|message"
    r"|customer|order|author|public|site|static|cdn|cache|ref|model|node|block"
    r"|user|member|contact|company|device|campaign|deal|ticket|issue|task|job|run|flow|workflow|scenario|zap"
    r"|connection|instance|cluster|tenant|subscription|invoice|payment|transaction|product|plan|channel|thread"
    r"|conversation|board|card|form|template|segment|tag|label|batch|backup|snapshot|location|store|item|env"
    r"|environment|region|zone"
)
_ALONE = (
    rf"(?![\w.\-]{{0,30}}(?:{'|'.join(_OTHER_KEYS)})[_.\-]?(?:key|token))"
    rf"(?![\w.\-]{{0,30}}[_.\-](?:{_THINGS})(?![a-z]))"
    r"(?!\w{0,30}(?-i:(?:Ids?|ID|Uuid|UUID|Guid|Sha|Hash|Digest|Commit|Version|Url|Name|Request|Session)(?![a-z])))"
    rf"""[\w.\-]{{0,24}}(?:(?=[ \t"'`)\]\\]{{0,6}}[:=>]|["'`)\]]{{0,3}}\(){_MARKS}{{1,40}}"""
    # A comma parts the columns of a log, too; it counts between the name and the value of a pair only.
    rf"""|\\{{0,3}}["'`][ \t]{{0,2}},{_MARKS}{{0,40}}(?={_VALUE_FIELD}))"""
)
_SCHEME = r"(?:(?:bearer|basic|token|apikey|api-key) )?"


@lru_cache(maxsize=2048)
def behind_names(names: tuple[str, ...], value: str) -> str:
    """A regular expression (for any case) for ``value`` behind one of ``names``; its group is ``secret``.

    Args:
        names: literals; one that ends in a letter is not matched inside a longer word.
        value: a regular expression, in its own case.
    """
    owners = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    joiners = "".join(re.escape(char) for char in "-+/=" if char in shape_of(value).alphabet)
    return (
        f"{_BEGINS}(?:{owners}){_ENDS}(?:{_WITH_NOUN}|{_ALONE}|{_SECTION})(?:{_VALUE_FIELD})?{_SCHEME}"
        rf"(?P<secret>(?-i:{value}))(?![\w{joiners}])"
    )


@lru_cache(maxsize=2048)
def shape_behind(names: tuple[str, ...], value: str) -> Shape:
    """The shape of what ``behind_names`` matches, without taking that expression apart."""
    prefixes = tuple(sorted({name.lower() for name in names}))
    inner = shape_of(value)
    return Shape(
        low=min(map(len, prefixes)) + 1 + inner.low,
        high=UNLIMITED,
        prefixes=prefixes,
        alphabet=inner.alphabet,
        first=frozenset(prefix[0] for prefix in prefixes),
        open_class=False,
    )


def sample_behind(name: str, value: str) -> str:
    """An expression for texts in which ``value`` stands behind ``name``."""
    joined = re.escape(name if not name[-1].isalnum() else name + "_")
    return rf"(?:{joined}api_key=|{joined}token = '|{joined}key\": \"){value}"
