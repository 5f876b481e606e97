"""What is said of sources: one short line, no credentials, for every trouble what to do about it.

Texts of servers may hold anything, also what was sent to them: ``one_line`` is the way of each
into a sentence, and the fetching process masks all that it says once more.
"""

import json
import re
import socket
import ssl
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from string import ascii_letters, digits
from urllib.parse import quote, quote_plus

from pydantic import BaseModel

from segplatform.kernel.disk import is_disk_full
from segplatform.kernel.errors import Cancelled, TooLarge, UserError, causes

SAID_CHARACTERS = 200
MOST_READ = 20_000
"""So much of a text is looked at to make a line of it."""
MASK = "•••"
WHOLE_FROM = 4
"""Credentials of fewer characters are masked only where they stand as a value."""
PART_FROM = 16
"""Of a credential of several parts (a key file, a token of parameters) those so long count, too."""
TLS_WORDS = {
    "verify": "Encrypted, and the server proves who it is",
    "encrypt": "Encrypted, but the server is not checked",
    "off": "Not encrypted",
}

NO_HOST = "There is no host named {host}. Check its name."
REFUSED = (
    "{host} refused the connection: nothing answers at this port. Check host and port, and that "
    "its firewall lets this server in."
)
NO_ANSWER = (
    "{host} did not answer in time. Check host and port, and that its firewall lets this server in."
)
NO_TLS = "{host} does not speak TLS there. Check the port and the choice of encryption."
NOT_OFFERED = (
    "{host} speaks no TLS. Ask who runs it; choose “Not encrypted” only where the way there is "
    "safe."
)
BROKEN_OFF = (
    "{host} ended the connection in the middle. Try again; if it stays so, ask who runs it."
)
UNPROVEN = "The certificate of {host} does not prove that it is {host}: "
OTHER_NAME = UNPROVEN + (
    "it is for another name. Enter the host by the name that the certificate is for, or ask who "
    "runs the server."
)
EXPIRED = UNPROVEN + "it has expired. Ask who runs the server to renew it."
NOT_YET = UNPROVEN + (
    "it is not valid yet. Ask the operator whether the clock of this machine is right, and who "
    "runs the server since when the certificate counts."
)
UNKNOWN_AUTHORITY = UNPROVEN + (
    "who issued it is not known here. Enter the certificate of the authority that issued it, or "
    "ask who runs the server."
)
NO_AUTHORITY = UNPROVEN + (
    "who issued it is not known here. Check the address, or ask who runs the server for a "
    "certificate of a public authority."
)
UNPROTECTED = (
    "The server wants the password unprotected. Choose an encryption in which the server proves "
    "who it is."
)
TOO_LARGE = (
    "There is more to fetch than this server accepts in one file. Choose less of it, or ask the "
    "operator for more."
)
TOO_MUCH_MEMORY = (
    "Fetching this takes more memory than it may use. Choose fewer columns or rows, or ask the "
    "operator for more."
)
# https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
_EXPIRED = (10,)
_NOT_YET = (9,)
_OTHER_NAME = (62, 64)
_BASE64 = f"{ascii_letters}{digits}+/-_"
_MARKS = "\"'`“”\u2018\u2019«»()<>[]{}=:@/&"
"""What sets a value apart from the words around it."""
_NAMED = r"\b(?i:password|passphrase|pwd|token|secret|key)[\s:='\"]{1,3}"
_VALUE_BEFORE = rf"(?:[{re.escape(_MARKS)}]|[=:]\s|{_NAMED})"
_VALUE_AFTER = rf"[{re.escape(_MARKS)}]"


def one_line(text: str, longest: int = SAID_CHARACTERS, secrets: Iterable[str] = ()) -> str:
    """Give a text of others in one visible line, masked, cut where it is long.

    Masked before it is cut, or the beginning of a credential would stay; and again once what is
    invisible is out of it, which may have stood within one.
    """
    secrets, text = list(secrets), text[: max(longest * 10, MOST_READ)]
    kept = (" " if char.isspace() else char for char in masked(text, secrets) if _visible(char))
    line = masked(" ".join("".join(kept).split()), secrets)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _visible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")


def secret_values(secrets: BaseModel) -> list[str]:
    """Give every text that must never be shown."""
    return [str(value) for value in secrets.model_dump().values() if value]


def masked(text: str, secrets: Iterable[str]) -> str:
    """Take credentials out of a text, in the spellings in which they travel.

    One of ``WHOLE_FROM`` characters or more is masked wherever it stands, within words, too. A
    shorter one stands in half of all words by chance: masked there, it would turn every sentence
    into stars, and the places of the stars would tell it. Only where it stands as a value (in
    quotes, behind ``=`` or ``:``, between the signs of an address, behind "password") does it show
    that it is one, and there it is masked.
    """
    forms: set[str] = set()
    for secret in secrets:
        coded, spelled = _forms(secret)
        for code in coded:
            text = _without_run(text, code)
        forms |= spelled
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, MASK) if len(form) >= WHOLE_FROM else _values(text, form)
    return text


@lru_cache(maxsize=8)  # asked for every name of a listing, and long for a key file
def _forms(secret: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(_coded(secret)), frozenset(_spelled(secret))


def _without_run(text: str, code: str) -> str:
    """Mask the whole runs of base64 around a code: they begin and end with credential, too."""
    while (at := text.find(code)) >= 0:
        before, after = text[:at].rstrip(_BASE64), text[at + len(code) :].lstrip(_BASE64)
        text = f"{before}{MASK}{after.lstrip('=')}"
    return text


def _spelled(secret: str) -> Iterator[str]:
    """Give a credential and its long parts as they are, in addresses, in JSON and in HTML."""
    parts = re.split(r"\\n|[\s\"&=]+", secret)
    for part in filter(None, (secret, *(part for part in parts if len(part) >= PART_FROM))):
        percent = quote(part, safe="", errors="replace")
        plus = quote_plus(part, errors="replace")
        yield from (part, percent, plus, percent.lower(), plus.lower(), escape(part))
        yield from (json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1])


def _coded(secret: str) -> Iterator[str]:
    """Give what a credential becomes within base64, as in ``Basic`` headers behind a user's name.

    Three bytes become four characters, so that there are three ways to fall into them; only the
    characters that it makes alone count.
    """
    for before in range(3):
        data = b"\0" * before + secret.encode("utf-8", "surrogatepass")
        code = b64encode(data).decode()[(before * 8 + 5) // 6 : len(data) * 8 // 6]
        if len(code) >= WHOLE_FROM:
            yield from {code, code.translate(str.maketrans("+/", "-_"))}


def _values(text: str, secret: str) -> str:
    form = re.escape(secret)
    text = re.sub(rf"({_VALUE_BEFORE}){form}(?!\w)", rf"\1{MASK}", text)
    return re.sub(rf"(?<!\w){form}(?={_VALUE_AFTER})", MASK, text)


def said_by(who: str, text: str, secrets: BaseModel) -> str:
    """Quote what a source says: masked, in one line, ended like a sentence."""
    said = one_line(text, secrets=secret_values(secrets)) or "nothing more"
    return f"{who} says: {said}" + ("" if said[-1] in ".!?…" else ".")


@contextmanager
def worded(sentence: Callable[[Exception], UserError]) -> Iterator[None]:
    """Raise what a library raises as a sentence; a stop, and what is one already, as it is.

    Every exception: a server may send anything, and what a library makes of it is not only its own
    errors.
    """
    try:
        yield
    except (UserError, Cancelled):
        raise
    except Exception as error:
        raise sentence(error) from None


def must_pass(error: BaseException) -> None:
    """Raise again what a kind must not put into other words: a stop, or a sentence."""
    if isinstance(error, Cancelled | MemoryError):
        raise error
    if told := _told_below(error):
        raise told


def _told_below(error: BaseException) -> UserError | None:
    """Give the sentence that somebody below raised, as the guard of outgoing connections does."""
    return next((found for found in causes(error) if isinstance(found, UserError)), None)


def trouble_of(error: BaseException, host: str) -> UserError | None:
    """Give the sentence for an error that no kind has put into words; None for a fault of ours."""
    if told := _told_below(error):
        return told
    if said := network_sentence(error, host):
        return UserError(said)
    if is_disk_full(error):
        return TooLarge(TOO_LARGE)
    return TooLarge(TOO_MUCH_MEMORY) if isinstance(error, MemoryError) else None


def network_sentence(error: BaseException, host: str, *, authority: bool = False) -> str | None:
    """Say what went wrong on the way to a server; None if something else did.

    ``authority`` says whether people can enter one whose certificates are trusted.
    """
    told: tuple[tuple[type[BaseException], str], ...] = (
        (ssl.SSLError, NO_TLS), (socket.gaierror, NO_HOST), (ConnectionRefusedError, REFUSED),
        (TimeoutError, NO_ANSWER), (ConnectionError, BROKEN_OFF),
    )  # fmt: skip
    for found in causes(error):
        if isinstance(found, ssl.SSLCertVerificationError):
            return said_of(_unproven(found, authority), host)
        if type(found).__name__ == "CertificateError":  # of urllib3, which compares names itself
            return said_of(OTHER_NAME, host)
        for kind, sentence in told:
            if isinstance(found, kind):
                return said_of(sentence, host)
    return None


def _unproven(error: ssl.SSLCertVerificationError, authority: bool) -> str:
    code = getattr(error, "verify_code", 0)
    if code in _OTHER_NAME:
        return OTHER_NAME
    if code in _EXPIRED:
        return EXPIRED
    if code in _NOT_YET:
        return NOT_YET
    return UNKNOWN_AUTHORITY if authority else NO_AUTHORITY


def said_of(sentence: str, host: str, **more: str) -> str:
    """Say a sentence about a host; "the server" where nobody knows its name."""
    said = sentence.format(host=one_line(host, 100) or "the server", **more)
    return said if host else said[0].upper() + said[1:]


def about(count: int | None, word: str) -> str:
    """Say an estimate in words; nothing where there is none."""
    return "" if count is None else f"about {count:,} {word}"
