"""Names and texts as people type them, made fit to be stored, compared and shown."""

import re
import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from segplatform.kernel.errors import UserError

NAME_LENGTH = 120
EMAIL_LENGTH = 254
# Text direction overrides can make a name look like another one.
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn"}


def clean_name(name: object, *, field: str = "name", limit: int = NAME_LENGTH) -> str:
    """Return the name on one line: NFC, trimmed, without control characters.

    ``UserError`` with ``fields`` where nothing visible is left or it is longer than ``limit``.
    """
    text = " ".join(_plain(str(name)).split())
    if all(unicodedata.category(char) in _INVISIBLE for char in text):
        raise field_error(field, "Enter a name.")
    if len(text) > limit:
        raise field_error(field, f"Use at most {limit} characters; this has {len(text)}.")
    return text


def name_free(name: str, taken: Iterable[str], *, default: str) -> str:
    """Suggest a name that is not ``taken``, whatever its case: this one, or with a number behind.

    Cut to what a name may be long; ``default`` stands for one of which nothing is left.
    """
    try:
        base = clean_name(name[:NAME_LENGTH])
    except UserError:
        base = default
    used = {each.casefold() for each in taken}
    number, free = 2, base
    while free.casefold() in used:
        ending = f" {number}"
        free, number = base[: NAME_LENGTH - len(ending)] + ending, number + 1
    return free


def clean_text(text: object, *, field: str, limit: int) -> str:
    """Return a text of several lines: NFC, trimmed, no control characters but line ends."""
    lines = str(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    clean = "\n".join(_plain(line.replace("\t", "    ")) for line in lines).strip()
    if len(clean) > limit:
        raise field_error(field, f"Use at most {limit} characters; this has {len(clean)}.")
    return clean


def clean_email(email: object, *, field: str = "email") -> str:
    """Return the address in lower case; ``UserError`` with ``fields`` where it is not one."""
    text = str(email).strip().lower()
    try:
        validate_email(text)
    except ValidationError:
        raise field_error(field, "Enter an e-mail address, as name@example.org.") from None
    if len(text) > EMAIL_LENGTH:
        raise field_error(field, f"Use at most {EMAIL_LENGTH} characters.")
    return text


def field_error(field: str, sentence: str) -> UserError:
    """Make the error of one field, with the same sentence for the whole."""
    return UserError(sentence, fields={field: sentence})


def _plain(line: str) -> str:
    """Drop controls, lone surrogates and direction marks; a control that is a space is one."""
    line = _DIRECTION.sub("", unicodedata.normalize("NFC", line))
    kept = (" " if char.isspace() else char for char in line)
    return "".join(char for char in kept if unicodedata.category(char) not in {"Cc", "Cs"})
