"""Encodings told by the letters that a language uses: what statistics of short texts get wrong."""

import re

_TURKISH = frozenset("ğĞıİşŞçÇöÖüÜâÂîÎûÛ")
_TURKISH_ALONE = frozenset("ğĞıİşŞ")
_PUNCTUATION = frozenset("€£§°\u2018\u2019“”\u2013—…•«»©®™½¼¾²³\u00b4¿¡\u00a0")
# Polish, Czech and Hungarian letters look like these signs within words when read as Western.
_BROKEN_WORD = re.compile(r"£[a-zóñê]|[a-zA-Zóñêæ]{3}[³¹]|[³¹¯][a-zñóê]|[a-zóñê]Ÿ")

# How often the characters are the common ones of each standard: the rows of its first level.
_EAST_ASIAN = {
    "big5": ((0xA4, 0xC6), ((0x40, 0x7E), (0xA1, 0xFE))),
    "gb18030": ((0xB0, 0xD7), ((0xA1, 0xFE),)),
    "cp949": ((0xB0, 0xC8), ((0xA1, 0xFE),)),
}
_SURE, _FEWEST = 0.97, 4


def letters_tell(evidence: bytes) -> str | None:
    """Name the encoding where the letters leave no doubt, None where they do."""
    return _turkish(evidence) or _big5(evidence)


def breaks_words(text: str) -> bool:
    """Say whether a text read as Windows-1252 has signs in its words where letters should be."""
    return _BROKEN_WORD.search(text) is not None


def _turkish(evidence: bytes) -> str | None:
    """Tell Turkish by letters that Icelandic has at the same places, but never without others."""
    try:
        foreign = {char for char in evidence.decode("cp1254") if char > "\x7f"} - _PUNCTUATION
    except UnicodeDecodeError:
        return None
    return "cp1254" if foreign & _TURKISH_ALONE and foreign <= _TURKISH else None


def _big5(evidence: bytes) -> str | None:
    """Tell Big5, which shares its bytes with Korean and simplified Chinese, by common characters.

    A second byte below 0xA1 is common there alone.
    """
    pairs = _pairs(evidence)
    shares = {name: _common(pairs, name) for name in _EAST_ASIAN}
    try:
        evidence.decode("big5")
    except UnicodeDecodeError:
        return None
    best = shares.pop("big5") if len(pairs) >= _FEWEST else 0.0
    return "big5" if best >= _SURE and max(shares.values()) < best * 0.8 else None


def _pairs(evidence: bytes) -> list[tuple[int, int]]:
    found, at = [], 0
    while at < len(evidence) - 1:
        if evidence[at] < 0x80:
            at += 1
            continue
        found.append((evidence[at], evidence[at + 1]))
        at += 2
    return found


def _common(pairs: list[tuple[int, int]], name: str) -> float:
    (low, high), seconds = _EAST_ASIAN[name]
    common = sum(
        low <= first <= high and any(a <= second <= b for a, b in seconds)
        for first, second in pairs
    )
    return common / len(pairs) if pairs else 0.0
