"""Texts and JSON from anywhere, made such that every database stores them."""

import json
import re
from typing import Any

# PostgreSQL takes no NUL, neither as a character nor as its JSON escape.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
INSTEAD = "\ufffd"


def plain_text(text: str, limit: int | None = None) -> str:
    """Return the text without NUL and lone surrogates, cut to ``limit`` characters."""
    clean = text.replace("\0", INSTEAD).encode("utf-8", "replace").decode()
    return clean[:limit]


def plain_json(value: dict[str, Any] | None) -> dict[str, Any]:
    """Return the value as JSON gives it back, its texts plain.

    ``TypeError`` or ``ValueError`` for what is no JSON: objects, NaN, infinity.
    """
    text = json.dumps(value or {}, allow_nan=False, ensure_ascii=False)
    clean: dict[str, Any] = json.loads(plain_text(_NUL.sub(rf"\1{INSTEAD}", text)))
    return clean
