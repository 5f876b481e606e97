"""Which encoding bytes beyond ASCII are in, judged by the letters and words that it makes of them.

Each encoding is tried with each language that uses it: the words should hold the letters of one
language, in capitals or not as words are, and no signs between letters.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from datasets.engine.encoding_languages import LANGUAGES, PRIOR, SEVERAL
from datasets.engine.encoding_letters import east_asian

WORDS = 2_000
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_UNKNOWN, _SIGN, _RARE, _BROKEN, _CAPITAL = -9.0, -3.0, -6.0, -7.0, -1.0
"""What a letter of another language costs, a sign, a rare one, one in a word, only capitals."""
_SIGNS = "€£°®™«»“”„\u2018\u2019\u2013—…•²№\u00a0"
_RARE_SIGNS = "§©\u2039\u203a\u201a³¹\u00b4¨·×±½¼¾¶¿¡¢¥¤¬¦¯\u00ad฿"
SURE = 4.0
"""From this difference on (of logarithms) nobody needs to be asked: 50 to 1."""
FITS = -4.4
"""Below this mean no language fits: it may be one that takes two bytes for a letter."""

NOTHING = -5.5
"""Below this it is no text in any of them, and the usual one says where it is not."""


@dataclass(frozen=True)
class Charset:
    """The likeliest encoding, and ``other``, which fits nearly as well but reads otherwise.

    ``word`` and ``other_word`` are a word of the file in both.
    """

    name: str
    other: str = ""
    word: str = ""
    other_word: str = ""


def charset_of(evidence: bytes) -> Charset:
    """Name the likeliest single-byte or East Asian encoding of bytes that are not UTF-8."""
    words = Counter(_WORD.findall(evidence))
    if len(words) > WORDS:
        words = Counter(dict(words.most_common(WORDS)))
    scores = {name: _score(name, words) for name in PRIOR}
    ranked = sorted(scores, key=lambda name: -scores[name])
    letters = sum(byte > 0x7F for word, count in words.items() for byte in word * count) or 1
    mean = (scores[ranked[0]] - PRIOR[ranked[0]]) / letters
    if mean < FITS and (asian := east_asian(evidence)):
        return Charset(asian)
    if mean < NOTHING:
        return Charset("cp1252")
    best = ranked[0]
    for other in ranked[1:]:
        if scores[best] - scores[other] >= SURE:
            break
        if pair := _differing(words, best, other):
            return Charset(best, other, *pair)
    return Charset(best)


def _differing(words: Iterable[bytes], best: str, other: str) -> tuple[str, str] | None:
    """Find a word that two encodings read differently."""
    for word in words:
        one, two = (word.decode(name, "replace") for name in (best, other))
        if one != two:
            return one, two
    return None


def _score(encoding: str, words: Mapping[bytes, int]) -> float:
    """Rate an encoding: the logarithm of how likely its best language gives these letters."""
    letters: Counter[str] = Counter()
    spoiled = 0.0
    for word, count in words.items():
        try:
            text = word.decode(encoding)
        except UnicodeDecodeError:
            return -math.inf
        spoiled += count * _shape(text)
        for char in text:
            if char > "\x7f":
                letters[char.lower()] += count
    fits = (
        sum(count * chances.get(char, _UNKNOWN) for char, count in letters.items())
        for chances in _tables(encoding)
    )
    return PRIOR[encoding] + spoiled + max(fits)


def _shape(text: str) -> float:
    """Rate how a word is written: odd are signs in it, two alphabets, capitals after small ones."""
    cost = _CAPITAL if len(text) > 1 and text.isupper() else 0.0
    for before, char, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if char <= "\x7f" and before <= "\x7f":
            continue
        if not char.isalpha() and before.isalpha() and after.isalpha() and not _joins(char):
            cost += _BROKEN
        if char.isupper() and before.islower():
            cost += _BROKEN
        if char.isalpha() and before.isalpha() and _is_latin(char) != _is_latin(before):
            cost += _BROKEN
    return cost


@cache
def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith("LATIN")


def _joins(char: str) -> bool:
    """Say whether a sign may stand within a word: marks on letters, apostrophes, hyphens."""
    return unicodedata.category(char) in ("Mn", "Mc") or char in "\u2019·\u00ad\u2013"


@cache
def _tables(encoding: str) -> list[dict[str, float]]:
    """Return for each language of an encoding the logarithm of each character's chance."""
    found = []
    for encodings, letters in LANGUAGES.values():
        if encoding not in encodings:
            continue
        flat = SEVERAL[encodings[0]] if not letters else ""
        weights = [1.0] * len(flat) if flat else [1 / (rank + 2) for rank in range(len(letters))]
        total = sum(weights)
        table = dict.fromkeys(_SIGNS, _SIGN) | dict.fromkeys(_RARE_SIGNS, _RARE)
        for char, weight in zip(flat or letters, weights, strict=True):
            table[char.lower()] = math.log(weight / total)
        found.append(table)
    return found
