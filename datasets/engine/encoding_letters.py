"""East Asian encodings, told by how common the characters are that they make of the bytes."""

EAST_ASIAN = ("cp932", "euc_jp", "gb18030", "big5", "cp949")

# How often the characters are the common ones of each standard: the rows of its first level.
_EAST_ASIAN = {
    "big5": ((0xA4, 0xC6), ((0x40, 0x7E), (0xA1, 0xFE))),
    "gb18030": ((0xB0, 0xD7), ((0xA1, 0xFE),)),
    "cp949": ((0xB0, 0xC8), ((0xA1, 0xFE),)),
}
_SURE, _LIKELY, _FEWEST = 0.97, 0.6, 4


def east_asian(evidence: bytes) -> str | None:
    """Name the East Asian encoding that fits best; None where none does."""
    if found := _big5(evidence):
        return found
    from charset_normalizer import from_bytes

    best = from_bytes(evidence, cp_isolation=list(EAST_ASIAN)).best()
    if best and best.encoding in EAST_ASIAN:
        return best.encoding
    pairs = _pairs(evidence)
    shares = {name: _common(pairs, name) for name in _EAST_ASIAN if _is(evidence, name)}
    likely = max(shares, key=lambda name: shares[name], default=None)
    return likely if likely and shares[likely] >= _LIKELY else None


def _is(evidence: bytes, encoding: str) -> bool:
    try:
        evidence.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _big5(evidence: bytes) -> str | None:
    """Tell Big5, which shares its bytes with Korean and simplified Chinese, by common characters.

    A second byte below 0xA1 is common there alone.
    """
    pairs = _pairs(evidence)
    shares = {name: _common(pairs, name) for name in _EAST_ASIAN}
    if not _is(evidence, "big5"):
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
